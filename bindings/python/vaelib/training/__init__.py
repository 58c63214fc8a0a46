"""Training: what an estimator holds out, checkpoints, and your own training loops."""
