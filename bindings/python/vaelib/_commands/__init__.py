"""The commands of ``python -m vaelib``, one module each."""
