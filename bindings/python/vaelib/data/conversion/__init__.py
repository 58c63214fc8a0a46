"""Readers of other formats, one file each: generators of blocks of rows, so that memory is bounded."""
