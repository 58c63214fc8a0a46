"""Writes the files that check_files.py is tested with into a folder.

usage: write_files.py FOLDER
"""

import sys
from collections.abc import Callable
from pathlib import Path

import written_by_h5py
import written_by_others

FILES: dict[str, Callable[[str], None]] = {**written_by_h5py.files(), **written_by_others.files()}

if __name__ == "__main__":
    for name, write in FILES.items():
        write(str(Path(sys.argv[1]) / name))
