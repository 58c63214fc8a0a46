"""How fast vaelib is, beside the libraries that do the same work and beside what the machine can do at most."""
