"""Files that h5py writes: every layout, index of chunks, filter, type and version of the format, one kind a file."""

from collections.abc import Callable
from typing import Any

import h5py
import numpy as np

#: Versions of the format; HDF5 before version 2 cannot write the newest ones.
NEWER = [(version, version) for version in ("v112", "v114", "v200") if hasattr(h5py.h5f, f"LIBVER_{version.upper()}")]
VERSIONS = [("earliest", "v108"), ("v108", "v108"), ("v110", "v110"), *NEWER]
NUMBERS = np.random.default_rng(0).integers(0, 100, (300, 12))
MATRIX = NUMBERS.astype("<f4")
WHOLE = ["u1", "i1", "<u2", ">u2", "<i2", ">i2", "<u4", ">u4", "<i4", ">i4", "<u8", ">u8", "<i8", ">i8"]
PACKED = {"compression": "gzip", "shuffle": True, "fletcher32": True}


def types(file: Any) -> None:
    """Every type of number, with the greatest and least of each."""
    for kind in WHOLE:
        values = NUMBERS.astype(kind)
        values[0, :2] = np.iinfo(kind).min, np.iinfo(kind).max
        file[f"whole/{kind.replace('<', 'le').replace('>', 'be')}"] = values
    for kind in ("<f2", ">f2", "<f4", ">f4", "<f8", ">f8"):
        values = (NUMBERS / 7).astype(kind)
        values[1, :3] = np.inf, -np.inf, np.nan
        values[2, :2] = np.finfo(kind).tiny, np.finfo(kind).smallest_subnormal
        file[f"real/{kind.replace('<', 'le').replace('>', 'be')}"] = values
    file["booleans"] = NUMBERS > 50


def layouts(file: Any) -> None:
    """Contiguous, compact, and chunks of every proportion."""
    file["contiguous"] = MATRIX
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple(MATRIX.shape)
    h5py.h5d.create(file.id, b"compact", h5py.h5t.IEEE_F32LE, space, compact).write(space, space, MATRIX)
    for chunks in ((1, 12), (7, 12), (300, 12), (300, 1), (7, 5), (1, 1)):
        file.create_dataset(f"chunks {chunks}", data=MATRIX, chunks=chunks)
    file.create_dataset("cube", data=MATRIX.reshape(300, 3, 4), chunks=(11, 2, 3), **PACKED)
    file.create_dataset("deep", data=MATRIX.reshape(25, 3, 4, 2, 6), chunks=(4, 2, 3, 1, 5))
    file["signal"] = MATRIX[:, 0]


def indices(file: Any) -> None:
    """Sets that may grow along no axis, the first, the last and all: a kind of index of chunks each."""
    for greatest in (None, (None, 12), (300, None), (None, None), (500, 20)):
        for options in ({}, {"compression": "gzip"}, PACKED):
            name = f"{greatest} {'-'.join(options)}"
            file.create_dataset(name, data=MATRIX, chunks=(8, 5), maxshape=greatest, **options)
    file.create_dataset("single", data=MATRIX, chunks=(300, 12))
    file.create_dataset("single packed", data=MATRIX, chunks=(300, 12), **PACKED)
    file.create_dataset("many", data=np.arange(20000.0).reshape(10000, 2), chunks=(2, 1), maxshape=(None, 2))
    file.create_dataset("paged", data=np.arange(20000.0).reshape(10000, 2), chunks=(1, 2))
    for name, greatest in (("shrunk", (None, 12)), ("grown", (None, None))):
        dataset = file.create_dataset(name, data=MATRIX, chunks=(8, 5), maxshape=greatest, **PACKED)
        dataset.resize((33, 12) if name == "shrunk" else (400, 12))
        if name == "grown":
            dataset[300:] = 3


def filters(file: Any) -> None:
    """Every filter that libhdf5 has, in both orders where that makes a difference, and chunks that skip them."""
    for level in (0, 1, 9):
        file.create_dataset(f"gzip {level}", data=MATRIX, chunks=(16, 12), compression="gzip", compression_opts=level)
    file.create_dataset("shuffle", data=MATRIX, chunks=(16, 12), shuffle=True)
    file.create_dataset("fletcher32", data=MATRIX, chunks=(16, 12), fletcher32=True)
    file.create_dataset("odd", data=NUMBERS.astype("u1")[:, :11], chunks=(3, 11), fletcher32=True)
    file.create_dataset("all", data=MATRIX, chunks=(16, 5), **PACKED)
    file.create_dataset("lzf", data=MATRIX, chunks=(16, 12), compression="lzf", shuffle=True)
    file.create_dataset("scaled", data=NUMBERS, chunks=(16, 12), scaleoffset=0)
    file.create_dataset("rounded", data=MATRIX, chunks=(16, 12), scaleoffset=2)
    skipped = file.create_dataset("skipped", shape=(32, 12), dtype="f4", chunks=(16, 12), **PACKED)
    skipped.id.write_direct_chunk((0, 0), MATRIX[:16].tobytes(), filter_mask=7)
    skipped[16:] = MATRIX[:16]
    narrow, bits = h5py.h5t.STD_I32LE.copy(), h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    narrow.set_precision(18)
    narrow.set_offset(3)
    bits.set_chunk((16, 5))
    bits.set_filter(h5py.h5z.FILTER_NBIT, h5py.h5z.FLAG_OPTIONAL, ())
    h5py.h5d.create(file.id, b"n-bit", narrow, h5py.h5s.create_simple(MATRIX.shape), bits)
    file["n-bit"][...] = NUMBERS % 8192
    reverse = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    reverse.set_chunk((16, 12))
    reverse.set_fletcher32()
    reverse.set_deflate(4)
    reverse.set_shuffle()
    space = h5py.h5s.create_simple(MATRIX.shape)
    h5py.h5d.create(file.id, b"reverse", h5py.h5t.IEEE_F32LE, space, reverse).write(space, space, MATRIX)


def fill_values(file: Any) -> None:
    """Sets of which a part, or nothing, was ever written: the rest is the fill value."""
    for name, options in (("plain", {}), ("packed", PACKED)):
        file.create_dataset(f"{name} gaps", (300, 12), "f4", chunks=(16, 5), fillvalue=7, **options)[40:90, 3:] = 1
        file.create_dataset(f"{name} nothing", (30, 12), "i4", chunks=(16, 5), fillvalue=-1, **options)
        file.create_dataset(
            f"{name} growing", (30, 12), ">i2", chunks=(4, 5), maxshape=(None, 12), fillvalue=3, **options
        )[:9] = 1
    file.create_dataset("contiguous nothing", (30, 12), "f4", fillvalue=2.5)
    file.create_dataset("no fill value", (300, 12), "f8", chunks=(16, 5))[:20] = 1
    file.create_dataset("booleans", (300, 12), "?", chunks=(16, 5), fillvalue=True)[:20] = False


def partly_written(file: Any) -> None:
    """What a program leaves that appends: chunks are there for the first rows only."""
    file.create_dataset("x", (200, 6), "f4", chunks=(10, 6))[:50] = 1


def groups(file: Any) -> None:
    """Groups in groups, many links in a group, several names for one set, attributes."""
    deep = file
    for level in range(60):
        deep = deep.create_group(f"level {level}")
    deep["x"] = MATRIX
    for index in range(500):
        file.create_group(f"many/{index}")
    file["many/250/x"] = MATRIX[:3]
    file["also x"] = file["many/250/x"]
    file["many/here again"] = file["many"]
    for index in range(100):
        file["also x"].attrs[f"attribute {index}"] = np.arange(index)
    file["ζ/ß 漢"] = MATRIX
    file["soft"], file["broken"] = h5py.SoftLink("/also x"), h5py.SoftLink("/nowhere")
    file["external"] = h5py.ExternalLink("nowhere.h5", "/x")
    del file["many/3"]


def many(file: Any) -> None:
    """Hundreds of small sets."""
    for index in range(400):
        file[f"set {index}"] = MATRIX[:3, :4]


def unread_types(file: Any) -> None:
    """What is not numbers, and numbers that processors do not have."""
    file["texts"] = ["a", "b"]
    file["fixed"] = np.array([b"ab", b"cd"])
    file["nothing"] = h5py.Empty("f4")
    file["scalar"] = 3.0
    file["no rows"] = np.zeros((0, 4))
    file["no columns"] = np.zeros((4, 0))
    file["table"] = np.zeros(5, dtype=[("a", "<f4"), ("b", "<i8", (2,)), ("c", "S3")])
    file.create_dataset("colours", data=[0, 1, 0], dtype=h5py.enum_dtype({"RED": 0, "GREEN": 1}, basetype="u1"))
    file.create_dataset("ragged", (3,), dtype=h5py.vlen_dtype("i4"))[0] = [1, 2]
    file.create_dataset("references", data=[file["table"].ref], dtype=h5py.ref_dtype)
    file["arrays"] = np.zeros(3, dtype=[("a", "f4", (2, 2))])["a"]
    file["opaque"] = np.array([b"xyz"], dtype="V3")
    file["type"] = np.dtype([("a", "<f4")])
    file["x"] = MATRIX


def complex_numbers(file: Any) -> None:
    """Complex numbers, a compound or, from HDF5 2 on, a class of types of their own."""
    file["z"] = MATRIX[:5] * 1j
    file["x"] = MATRIX


def native_complex(file: Any) -> None:
    """The class of types that HDF5 2 has for complex numbers."""
    h5py.h5d.create(file.id, b"z", h5py.h5t.COMPLEX_IEEE_F32LE, h5py.h5s.create_simple((3, 2)))
    file["x"] = MATRIX


def elsewhere(file: Any) -> None:
    """Values that are not in the sets themselves."""
    file["x"] = MATRIX
    layout = h5py.VirtualLayout(shape=(600, 12), dtype="f4")
    layout[:300] = layout[300:] = h5py.VirtualSource(".", "x", shape=(300, 12))
    file.create_virtual_dataset("virtual", layout)
    file.create_dataset("packed", data=MATRIX.astype("i2"), chunks=(41, 5), compression="gzip")
    pieces = h5py.VirtualLayout(shape=(400, 12), dtype="f8")
    for row in range(0, 300, 30):
        pieces[row + 7 : row + 27] = h5py.VirtualSource(".", "packed", shape=(300, 12))[270 - row : 290 - row]
    pieces[300::3] = h5py.VirtualSource(".", "x", shape=(300, 12))[5:39]
    file.create_virtual_dataset("pieces", pieces, fillvalue=-1)
    turned = h5py.VirtualLayout(shape=(12, 300, 1), dtype="i2")
    for column in range(12):
        turned[column, :, 0] = h5py.VirtualSource(".", "packed", shape=(300, 12))[:, column]
    file.create_virtual_dataset("turned", turned)
    apart = h5py.VirtualLayout(shape=(300, 12), dtype="f4")
    apart[...] = h5py.VirtualSource("other.h5", "x", shape=(300, 12))
    file.create_virtual_dataset("apart", apart)
    file.create_dataset("outside", (3, 2), "f4", external=[("values.raw", 0, 24)])


def latin_names(file: Any) -> None:
    """Names that are not UTF-8."""
    file[b"caf\xe9"] = MATRIX
    file.create_group(b"gro\xdfe")[b"\xff\xfe"] = MATRIX
    file["x"] = MATRIX


def dimension_scales(file: Any) -> None:
    """Axes with names and values, which refer to each other."""
    file["x"] = MATRIX
    file["time"] = np.arange(300.0)
    file["time"].make_scale("time")
    file["x"].dims[0].attach_scale(file["time"])
    file["x"].dims[0].label = "time"


def _low_level(file: Any, name: str, creation: Any, stored: Any, values: Any) -> None:
    """A dataset with settings that h5py's own interface does not offer."""
    space = h5py.h5s.create_simple(values.shape)
    h5py.h5d.create(file.id, name.encode(), stored, space, creation).write(space, space, values)


def sparse(file: Any) -> None:
    """Sparse matrices as AnnData and 10x Genomics lay them out, stored row by row and column by column."""
    from scipy.sparse import csr_matrix

    few = csr_matrix(np.where(NUMBERS < 30, NUMBERS, 0).astype("<f4"))
    for name, matrix in (("X", few), ("layers/columns", few.tocsc()), ("raw/X", few.astype("<i2"))):
        group = file.create_group(name)
        group.attrs["encoding-type"], group.attrs["shape"] = f"{matrix.format}_matrix", matrix.shape
        for part in ("data", "indices", "indptr"):
            group.create_dataset(part, data=getattr(matrix, part), chunks=(11,), **(PACKED if name == "X" else {}))
    group = file.create_group("matrix")
    group["shape"] = np.array(few.shape[::-1], dtype="<i4")
    for part in ("data", "indices", "indptr"):
        group.create_dataset(part, data=getattr(few, part).astype("<i8"), compression="gzip")


def settings(file: Any) -> None:
    """Room given early or late, fill values written or not, filters that may be left out."""
    allocations = {
        "early": h5py.h5d.ALLOC_TIME_EARLY,
        "late": h5py.h5d.ALLOC_TIME_LATE,
        "incr": h5py.h5d.ALLOC_TIME_INCR,
    }
    fills = {"never": h5py.h5d.FILL_TIME_NEVER, "allocated": h5py.h5d.FILL_TIME_ALLOC, "set": h5py.h5d.FILL_TIME_IFSET}
    for allocation, when in allocations.items():
        for fill, time in fills.items():
            for chunks in (None, (16, 5)):
                creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
                if chunks:
                    creation.set_chunk(chunks)
                creation.set_alloc_time(when)
                creation.set_fill_time(time)
                creation.set_fill_value(np.array(5, "f4"))
                _low_level(file, f"{allocation} {fill} {chunks}", creation, h5py.h5t.IEEE_F32LE, MATRIX)
    for name, filters in (("gzip", [h5py.h5z.FILTER_DEFLATE]), ("shuffle", [h5py.h5z.FILTER_SHUFFLE])):
        creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        creation.set_chunk((16, 5))
        for number in filters:
            creation.set_filter(number, h5py.h5z.FLAG_OPTIONAL, (4,) if name == "gzip" else ())
        _low_level(file, f"optional {name}", creation, h5py.h5t.IEEE_F32LE, MATRIX)


def odd_numbers(file: Any) -> None:
    """Numbers that fill only a part of their bytes, or have other parts than processors' numbers."""
    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    short = h5py.h5t.STD_I16LE.copy()
    short.set_precision(12)
    short.set_offset(2)
    _low_level(file, "12 bits", creation, short, (NUMBERS - 50).astype("i2"))
    bfloat = h5py.h5t.IEEE_F16LE.copy()
    bfloat.set_fields(15, 7, 8, 0, 7)
    bfloat.set_ebias(127)
    _low_level(file, "bfloat16", creation, bfloat, MATRIX)
    file["x"] = MATRIX


KINDS: list[Callable[[Any], None]] = [
    types, layouts, indices, filters, fill_values, partly_written, groups, many, unread_types, complex_numbers,
    elsewhere, latin_names, dimension_scales, settings, odd_numbers, sparse,
]  # fmt: skip
#: Options of the file that change where things are in it.
PLACES: dict[str, dict[str, Any]] = {
    "userblock": {"userblock_size": 1024},
    "ordered": {"track_order": True},
    "paged": {"fs_strategy": "page", "fs_page_size": 4096, "libver": ("v110", "v110")},
    "free_space": {"fs_strategy": "fsm", "fs_persist": True, "libver": ("v110", "v110")},
}


#: Sizes of addresses and lengths in a file.
SIZES = {"sizes_4": (4, 4), "sizes_8_4": (8, 4)}


def _sized_writer(sizes: tuple[int, int]) -> Callable[[str], None]:
    def write(path: str) -> None:
        creation = h5py.h5p.create(h5py.h5p.FILE_CREATE)
        creation.set_sizes(*sizes)
        with h5py.File(h5py.h5f.create(path.encode(), fcpl=creation)) as file:
            file["x"] = MATRIX[:20]
            file.create_dataset("packed", data=MATRIX[:40], chunks=(8, 5), maxshape=(None, 12), **PACKED)
            for index in range(30):
                file.create_group(f"group {index}")["y"] = MATRIX[:2]

    return write


def _writer(kind: Callable[[Any], None], options: dict[str, Any]) -> Callable[[str], None]:
    def write(path: str) -> None:
        with h5py.File(path, "w", **options) as file:
            kind(file)

    return write


def files() -> dict[str, Callable[[str], None]]:
    """What writes each file, by the file's name."""
    written = {
        f"h5py_{kind.__name__}_{version[1]}.h5": _writer(kind, {"libver": version})
        for kind in KINDS
        for version in VERSIONS
        if (kind is not many or version[1] == "v110") and (kind is not elsewhere or version[1] != "v108")
    }
    for name, options in PLACES.items():
        written[f"h5py_layouts_{name}.h5"] = _writer(layouts, options)
        written[f"h5py_groups_{name}.h5"] = _writer(groups, options)
    for name, sizes in SIZES.items():
        written[f"h5py_{name}.h5"] = _sized_writer(sizes)
    if hasattr(h5py.h5t, "COMPLEX_IEEE_F32LE"):
        written["h5py_native_complex_v200.h5"] = _writer(native_complex, {"libver": ("v200", "v200")})
    return written
