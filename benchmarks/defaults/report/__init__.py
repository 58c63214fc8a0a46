"""What plain constructors give, beside the same estimators tuned and beside what other libraries have."""
