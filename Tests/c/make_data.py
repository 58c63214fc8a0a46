"""Writes the HDF5 files that the C tests read into a folder.

usage: make_data.py FOLDER
"""

import sys
from pathlib import Path

import h5py
import numpy as np

ROWS, COLUMNS = 50, 6
KINDS = ["u1", "i1", "<i2", ">i2", "<u2", "<i4", ">i4", "<u4", "<i8", "<u8", "<f2", "<f4", ">f4", "<f8", ">f8"]


def numbers() -> np.ndarray:
    """Element (r, c) is (7 r + 3 c) mod 100; the C tests know this formula."""
    values: np.ndarray = np.add.outer(7 * np.arange(ROWS), 3 * np.arange(COLUMNS)) % 100
    return values


def bars(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Grey 8 x 8 pictures of a bright bar at a random place, labelled 0 if it lies and 1 if it stands upright."""
    random = np.random.default_rng(0)
    pictures = random.integers(0, 60, size=(rows, 8, 8), dtype=np.uint8)
    labels = np.zeros(rows, dtype=np.uint8)
    for row, picture in enumerate(pictures):
        place = random.integers(0, 8)
        labels[row] = random.integers(0, 2)
        if labels[row] == 0:
            picture[place, :] = 230
        else:
            picture[:, place] = 230
    return pictures, labels


def flawed() -> np.ndarray:
    """Values in [0, 1] but for a NaN in row 270, column 5."""
    values = np.full((300, 64), 0.5, dtype="f4")
    values[270, 5] = np.nan
    return values


def write_data(path: Path) -> None:
    """Datasets of every kind that can be read, and some that cannot."""
    with h5py.File(path, "w") as file:
        file["images"], file["image_labels"] = bars(300)
        file["flawed"] = flawed()
        file["flawed_labels"] = np.arange(300) % 3
        file["labels"] = np.arange(ROWS, dtype=np.int16) - 5
        for kind in KINDS:
            name = kind.replace("<", "").replace(">", "big_")
            file[name] = numbers().astype(kind)
        file["cube"] = numbers().astype("f4").reshape(ROWS, 2, 3)
        file["line"] = np.arange(ROWS, dtype="f4")
        file.create_dataset("packed", data=numbers().astype("f4"), chunks=(7, 4), compression="gzip")
        file["group/inner"] = numbers().astype("f4")
        file["text"] = np.array([b"not", b"numbers"])
        file["no_rows"] = np.zeros((0, 4), dtype="f4")
        file["scalar"] = 1.0
        file["short_labels"] = np.arange(ROWS - 1)
        file["real_labels"] = np.arange(ROWS, dtype="f4") + 0.5
        file["whole_labels"] = np.arange(ROWS, dtype="f4") % 3 + 1
        file["text_labels"] = np.array([b"west", b"east", b"north"])[np.arange(ROWS) % 3]
        file["fewer_labels"] = np.array([b"west", b"north"])[np.arange(ROWS) % 2]
        file["other_labels"] = np.array([b"west", b"south"])[np.arange(ROWS) % 2]
        table = np.zeros(ROWS, dtype=[("first", "i2"), ("name", "S4"), ("last", ">f4", (2,))])
        table["first"], table["last"] = numbers()[:, 0], numbers()[:, 1:3]
        file["table"] = table
        file["columns_first"] = numbers().T.astype("i2")
        file["columns_first"].attrs["MATLAB_class"] = np.bytes_("int16")
        file["columns_first"].attrs["_FillValue"] = np.int16(0)
        file["complex"] = np.zeros((3, 2), dtype="c8")


def write_digits(path: Path) -> None:
    """What the example about stacks reads: enough images to learn to tell them apart, others to test with, labels."""
    pictures, labels = bars(3100)
    with h5py.File(path, "w") as file:
        file["x_train"], file["y_train"] = pictures[:3000], labels[:3000]
        file["x_test"], file["y_test"] = pictures[3000:], labels[3000:]


def write_faults(folder: Path) -> None:
    """What the tests read whose calls fail in turn: small, since each call is one run."""
    folder.mkdir()
    with h5py.File(folder / "data.h5", "w") as file:
        values = (numbers()[:40] % 2).astype("u1")
        file.create_dataset("packed", data=values, chunks=(16, 6), compression="gzip", fletcher32=True)
        file.create_dataset("tall", data=np.resize(values, (700, COLUMNS)), chunks=(650, 4), compression="gzip")
        file["labels"] = np.arange(40, dtype="u2")


def main() -> None:
    """Writes a good file, and files that are not what they should be."""
    folder = Path(sys.argv[1])
    write_data(folder / "data.h5")
    write_digits(folder / "digits.h5")
    write_faults(folder / "faults")
    (folder / "text.h5").write_text("This is a text.\n" * 100)
    (folder / "empty.h5").write_bytes(b"")
    whole = (folder / "data.h5").read_bytes()
    (folder / "half.h5").write_bytes(whole[: len(whole) // 2])
    (folder / "folder.h5").mkdir()
    with h5py.File(folder / "links.h5", "w") as file:
        file["x"] = h5py.ExternalLink("data.h5", "/packed")


if __name__ == "__main__":
    main()
