"""Model files of every released format go on loading, and give what they gave."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
import vaelib
from golden.make_models import outputs

FILES = sorted((Path(__file__).parent / "golden").glob("format_*.h5"))


def test_there_are_golden_files():
    names = {"format_1_vae", "format_1_stack", "format_2_vae", "format_2_stack_regressor", "format_2_stack_multilabel"}
    assert names <= {path.stem for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_outputs_are_what_they_were(path):
    expected = json.loads(path.with_suffix(".json").read_text())
    found = outputs(vaelib.load(path))
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-5, atol=1e-6, err_msg=name)


def content(path):
    """Every attribute and dataset in a file, but the version of the library that wrote it: type, shape and bytes."""
    found = {}

    def visit(name, item):
        values = dict(item.attrs)
        if isinstance(item, h5py.Dataset):
            values["data"] = item[()]
        for key, value in values.items():
            array = np.asarray(value)
            found[name, key] = (array.dtype.str, array.shape, array.tobytes())

    with h5py.File(path) as file:
        visit("/", file)
        file.visititems(visit)
    del found["/", "vaelib_version"]
    return found


def added(path):
    """The attributes that later versions write beside those of this file, with what they were for it."""
    with h5py.File(path) as file:
        training = dict(file["training"].attrs)
    phases = {name.removesuffix("batch_size") for name in training if name.endswith("batch_size")}
    assert phases
    values = {
        "monitor": np.bytes_("error"),
        "validation_fraction": np.float64(0),
        "validation_split": np.bytes_("random"),
        "trim_fraction": np.float64(0),
        "hide_fraction": np.float64(0),
    }
    keys = [(phase + name, value) for phase in phases for name, value in values.items()]
    arrays = {("training", key): np.asarray(value) for key, value in keys if key not in training}
    with h5py.File(path) as file:
        if "column_groups" in file:
            groups = len(file["column_groups/columns"])
            earlier = {"condition": 0.0, "size_factor": 0.0, "count_mean": b"column", "standardize_by": b"moments"}
            for name, value in earlier.items():
                arrays[f"column_groups/{name}", "data"] = np.full(groups, value)
    return {key: (array.dtype.str, array.shape, array.tobytes()) for key, array in arrays.items()}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_they_are_in_order_and_saved_again_as_they_are(path, tmp_path):
    report = vaelib.verify(path)
    assert "_".join(path.stem.split("_")[:3]) == f"format_{report.format_version}_{report.kind}"
    vaelib.load(path).save(tmp_path / "again.h5")
    assert content(tmp_path / "again.h5") == content(path) | added(path)
