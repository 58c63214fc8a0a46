"""Training: what an estimator holds out, checkpoints, and training loops of one's own."""
