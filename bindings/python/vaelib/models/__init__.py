"""Models: the estimators, and the library's models that they are built on."""
