"""The C interface: the library's file, its declarations, the one way to call it, and Python values as its arguments."""
