"""Virtual datasets for tests, and what h5py reads of them."""

import h5py
import numpy as np
import vaelib

RANDOM = np.random.RandomState(0)


def expected(path, name, row_axis=0):
    """What h5py reads, with rows first and flattened."""
    with h5py.File(path) as file:
        values = np.moveaxis(file[name][...], row_axis, 0)
    return values.reshape(len(values), -1).astype("f4")


def check(path, name, row_axis=None, **options):
    """In memory, streamed and streamed as it is trained on, bit for bit."""
    wanted = expected(path, name, row_axis or 0)
    ways: list[dict] = [{}, {"memory_budget": 0}]
    if row_axis is None:
        ways.append({"memory_budget": 0, "check_in_child": True})
    else:
        options["row_axis"] = row_axis
    for way in ways:
        with vaelib.open_dataset(path, name, **way, **options) as data:
            np.testing.assert_array_equal(data.numpy(), wanted, err_msg=f"{name} {way} {options}")
            rows = RANDOM.permutation(len(wanted))[: max(1, len(wanted) // 3)]
            np.testing.assert_array_equal(data[rows].numpy(), wanted[rows], err_msg=f"{name} {way} {options}")


def layout(shape, dtype="f4", maxshape=None):
    return h5py.VirtualLayout(shape, dtype, maxshape)


def source(name, shape, file="."):
    return h5py.VirtualSource(file, name, shape)


def slab(shape, start, count, stride=None, block=None):
    space = h5py.h5s.create_simple(shape)
    space.select_hyperslab(start, count, stride, block)
    return space


def mapped(file, name, shape, target, origin, path=b"m", file_name=b".", kind=h5py.h5t.STD_I32LE):
    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    creation.set_virtual(target, file_name, path, origin)
    return h5py.h5d.create(file.id, name.encode(), kind, h5py.h5s.create_simple(shape), creation)


def fitting(stored, shape):
    """Options with chunks that fit a shape."""
    if "chunks" not in stored:
        return stored
    chunks = (*stored["chunks"], 4)[: len(shape)]
    return {**stored, "chunks": tuple(min(pair) for pair in zip(chunks, shape, strict=True))}
