"""Files that PyTables, pandas and netCDF4 write; a package that is not installed writes none."""

import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

NUMBERS = np.random.default_rng(1).normal(size=(300, 6))


def pytables(path: str) -> None:
    """Arrays of every kind, a table, nested groups."""
    import tables

    with tables.open_file(path, "w") as file:
        file.create_array("/", "array", NUMBERS)
        file.create_array("/", "flags", NUMBERS > 0)
        file.create_carray("/arrays", "chunked", obj=NUMBERS.astype("f4"), createparents=True)
        growing = file.create_earray("/arrays", "growing", atom=tables.Int16Atom(), shape=(0, 6))
        for _ in range(3):
            growing.append((NUMBERS * 100).astype("i2"))
        zipped = tables.Filters(complevel=5, complib="zlib", shuffle=True, fletcher32=True)
        file.create_carray("/arrays", "zipped", obj=NUMBERS, filters=zipped)
        ragged = file.create_vlarray("/arrays", "ragged", tables.Int32Atom())
        ragged.append([1, 2, 3])
        table = file.create_table("/", "table", {"energy": tables.Float64Col(), "count": tables.Int32Col()})
        table.append([(value, index) for index, value in enumerate(NUMBERS[:, 0])])
        table.cols.energy.create_index()


def pytables_filters(path: str) -> None:
    """A set for each of PyTables's own compressions."""
    import tables

    with tables.open_file(path, "w") as file:
        for library in ("zlib", "bzip2", "blosc", "blosc:lz4", "blosc:zstd", "blosc2:zstd"):
            if tables.which_lib_version(library.split(":")[0]):
                chosen = tables.Filters(complevel=3, complib=library)
                file.create_carray("/", library.replace(":", "_"), obj=NUMBERS, filters=chosen)


def _frame() -> Any:
    import pandas

    frame = pandas.DataFrame(NUMBERS, columns=list("abcdef"))
    frame["count"] = np.arange(300)
    frame["flag"] = frame["a"] > 0
    return frame


def pandas_fixed(path: str) -> None:
    """Frames as blocks of equal columns, and a series."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _frame().to_hdf(path, key="frame", format="fixed")
        _frame()["a"].to_hdf(path, key="series", format="fixed", mode="a")


def pandas_table(path: str) -> None:
    """A frame as a table, of which texts are a column, and that was appended to."""
    frame = _frame().assign(word="text")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame.to_hdf(path, key="frame", format="table", data_columns=["a", "count"])
        frame.to_hdf(path, key="frame", format="table", mode="a", append=True, data_columns=["a", "count"])
        _frame().to_hdf(path, key="zipped", format="table", mode="a", complevel=5, complib="zlib")


def netcdf(path: str) -> None:
    """Variables along fixed and unlimited dimensions, in groups, packed, partly written, as enumerations."""
    import netCDF4

    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("time", None)
        file.createDimension("station", 6)
        file.createDimension("unused", 4)
        file.createVariable("time", "f8", ("time",))[:] = np.arange(300)
        file.createVariable("plain", "f4", ("time", "station"))[:] = NUMBERS
        file.createVariable("zipped", "f8", ("time", "station"), zlib=True, fletcher32=True)[:] = NUMBERS
        file.createVariable("big", ">i4", ("time", "station"), endian="big")[:] = (NUMBERS * 100).astype(">i4")
        partly = file.createVariable("partly", "f4", ("time", "station"), chunksizes=(10, 6))
        partly[100:120] = 1
        fixed = file.createVariable("fixed", "i2", ("station", "unused"))
        fixed[:2] = 5
        file.createVariable("nothing", "i1", ("station", "unused"))
        file.createVariable("words", str, ("station",))[:] = np.array(list("abcdef"), dtype=object)
        file.createVariable("letters", "S1", ("station",))[:] = np.array(list("abcdef"), dtype="S1")
        file.createVariable("scalar", "f4")[:] = 1
        kind = file.createEnumType("u1", "weather_type", {"sun": 0, "rain": 1})
        file.createVariable("weather", kind, ("station",))[:] = np.array([0, 1, 0, 1, 0, 0], dtype="u1")
        inner = file.createGroup("model/inner")
        inner.createVariable("plain", "i8", ("station", "time"))[:] = (NUMBERS.T * 100).astype("i8")


def netcdf_packed(path: str) -> None:
    """Variables whose attributes say which numbers are missing, and how to scale the others."""
    import netCDF4

    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("time", 300)
        file.createDimension("station", 6)
        packed = file.createVariable("packed", "i2", ("time", "station"), fill_value=-9999)
        packed.scale_factor, packed.add_offset = 0.01, 20.0
        packed[:] = np.ma.masked_where(NUMBERS > 1.5, NUMBERS + 20)
        missing = file.createVariable("missing", "f4", ("time", "station"))
        missing.missing_value = np.float32(-1)
        missing[:] = np.where(NUMBERS > 1, -1, NUMBERS)
        unsigned = file.createVariable("unsigned", "i1", ("time", "station"))
        unsigned._Unsigned = "true"
        unsigned[:] = (np.arange(1800) % 256).astype("u1").reshape(300, 6)


PACKAGES: dict[str, list[Callable[[str], None]]] = {
    "tables": [pytables, pytables_filters, pandas_fixed, pandas_table],
    "netCDF4": [netcdf, netcdf_packed],
}


def files() -> dict[str, Callable[[str], None]]:
    """What writes each file, by the file's name."""
    written = {}
    for package, kinds in PACKAGES.items():
        for kind in kinds:
            if find_spec(package) and (not kind.__name__.startswith("pandas") or find_spec("pandas")):
                written[f"{kind.__name__}.h5"] = kind
    return written
