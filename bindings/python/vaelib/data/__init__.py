"""Data: datasets in arrays and files, labels, data frames, writing and converting files."""
