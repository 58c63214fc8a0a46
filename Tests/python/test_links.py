"""What names in groups lead to: hard links, soft links inside the file, links that are not followed."""

import struct

import h5py
import numpy as np
import pytest
import vaelib
from hdf5_structures import File, defined_link, hard_link, new_message, soft_link

MATRIX = np.arange(60.0).reshape(10, 6).astype("f4")
BOTH = pytest.mark.parametrize("versions", [("earliest", "v108"), ("v110", "v110")], ids="-".join)


def read(path, name):
    """The same in memory and streamed."""
    values = vaelib.open_dataset(path, name).numpy()
    with vaelib.open_dataset(path, name, memory_budget=0) as stream:
        np.testing.assert_array_equal(stream.numpy(), values)
    return values


@BOTH
@pytest.mark.parametrize("others", [0, 40], ids=["few", "many"])
def test_soft_links_are_followed(tmp_path, versions, others):
    path = tmp_path / "data.h5"
    with h5py.File(path, "w", libver=versions) as file:
        for index in range(others):
            file[f"other{index}"] = index
        file["group/inner/x"] = MATRIX
        file["group/inner/labels"] = np.arange(10)
        file["absolute"] = h5py.SoftLink("/group/inner/x")
        file["relative"] = h5py.SoftLink("group/inner/x")
        file["group/to_group"] = h5py.SoftLink("inner")
        file["group/dotted"] = h5py.SoftLink("./inner/./x")
        file["group/inner/up"] = h5py.SoftLink("/absolute")
        file["chain0"] = file["group/inner/x"]
        for index in range(16):
            file[f"chain{index + 1}"] = h5py.SoftLink(f"/chain{index}")
        names = ["absolute", "relative", "group/to_group/x", "group/dotted", "group/inner/up", "chain1", "chain16"]
        for name in names:
            np.testing.assert_array_equal(file[name][...], MATRIX, err_msg=name)
    for name in names:
        np.testing.assert_array_equal(read(path, name), MATRIX, err_msg=name)
    labelled = vaelib.open_dataset(path, "absolute", "group/to_group/labels")
    np.testing.assert_array_equal(labelled.labels, np.arange(10))
    # A set is listed once, by the names of hard links.
    assert "absolute" not in vaelib.dataset_names(path)


@BOTH
def test_soft_links_that_lead_nowhere_or_in_circles(tmp_path, versions):
    path = tmp_path / "data.h5"
    with h5py.File(path, "w", libver=versions) as file:
        file["x"] = MATRIX
        file["dangling"] = h5py.SoftLink("/group/nothing")
        file["self"] = h5py.SoftLink("self")
        file["there"], file["back"] = h5py.SoftLink("/back"), h5py.SoftLink("/there")
        file["twice"] = h5py.SoftLink("twice/twice")
        file["group/loop"] = h5py.SoftLink("/group")
    for name in ("self", "there", "twice", "group/" + "loop/" * 20 + "x"):
        with pytest.raises(vaelib.FormatError, match="more than 16 soft links"):
            vaelib.open_dataset(path, name)
    with pytest.raises(vaelib.FormatError, match=r"dangling.*/group/nothing.*not there"):
        vaelib.open_dataset(path, "dangling")
    with pytest.raises(vaelib.FormatError, match='has no dataset "nothing"'):
        vaelib.open_dataset(path, "nothing")
    np.testing.assert_array_equal(read(path, "x"), MATRIX)
    assert vaelib.verify(path).datasets_read == 1


@BOTH
def test_links_to_other_files_are_not_followed_unless_allowed(tmp_path, versions):
    path = tmp_path / "data.h5"
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = MATRIX
    with h5py.File(path, "w", libver=versions) as file:
        file["link"] = h5py.ExternalLink("other.h5", "/x")
        file["soft"] = h5py.SoftLink("/link")
        file["x"] = MATRIX
    for name in ("link", "soft"):
        with pytest.raises(vaelib.FormatError, match=r"external link.*other\.h5.*external_folders"):
            vaelib.open_dataset(path, name)
    assert vaelib.dataset_names(path) == ["x"]


@pytest.fixture
def linked(tmp_path):
    """Three folders: a file with links, the files it links to, and files that it should not."""
    for folder in ("main", "parts/inner", "secret"):
        (tmp_path / folder).mkdir(parents=True)
    with h5py.File(tmp_path / "parts/inner/values.h5", "w") as file:
        file["group/x"] = MATRIX
        file["group/labels"] = np.arange(10)
        file.create_dataset("group/packed", data=MATRIX, chunks=(3, 2), compression="gzip")
    with h5py.File(tmp_path / "parts/list.h5", "w") as file:
        file["next"] = h5py.ExternalLink("inner/values.h5", "/group")
    with h5py.File(tmp_path / "secret/secret.h5", "w") as file:
        file["x"] = MATRIX
    (tmp_path / "parts/trap.h5").symlink_to(tmp_path / "secret/secret.h5")
    with h5py.File(tmp_path / "main/main.h5", "w") as file:
        file["x"] = h5py.ExternalLink("../parts/inner/values.h5", "/group/x")
        file["absolute"] = h5py.ExternalLink(str(tmp_path / "parts/inner/values.h5"), "group")
        file["chain"] = h5py.ExternalLink("../parts/list.h5", "next")
        file["soft"] = h5py.SoftLink("chain/packed")
        file["secret"] = h5py.ExternalLink("../parts/../secret/secret.h5", "x")
        file["trap"] = h5py.ExternalLink("../parts/trap.h5", "x")
        file["missing"] = h5py.ExternalLink("../parts/missing.h5", "x")
        file["nothing"] = h5py.ExternalLink("../parts/list.h5", "nothing")
        file["circle"] = h5py.ExternalLink("../parts/circle.h5", "circle")
        file["own"] = MATRIX + 1
    with h5py.File(tmp_path / "parts/circle.h5", "w") as file:
        file["circle"] = h5py.ExternalLink("circle.h5", "circle")
    return tmp_path


@pytest.mark.parametrize("in_child", [False, True])
def test_links_into_allowed_folders_are_followed(linked, in_child):
    path, allowed = linked / "main/main.h5", {"external_folders": [linked / "parts"], "check_in_child": in_child}
    with h5py.File(path) as file:
        for name in ("x", "absolute/x", "chain/x", "soft", "chain/packed"):
            np.testing.assert_array_equal(file[name][...], MATRIX)
            np.testing.assert_array_equal(vaelib.open_dataset(path, name, **allowed).numpy(), MATRIX)
            with vaelib.open_dataset(path, name, memory_budget=0, **allowed) as stream:
                np.testing.assert_array_equal(stream.numpy(), MATRIX)
    labelled = vaelib.open_dataset(path, "own", "chain/labels", **allowed)
    np.testing.assert_array_equal(labelled.labels, np.arange(10))
    labelled = vaelib.open_dataset(path, "x", "absolute/labels", labels_path=path, **allowed)
    np.testing.assert_array_equal(labelled.labels, np.arange(10))
    for name, match in (
        ("secret", "not in a folder"), ("trap", "not in a folder"), ("circle", "more than 16"),
        ("nothing", r"main/main\.h5.*list\.h5.*not there"),
    ):  # fmt: skip
        with pytest.raises(vaelib.FormatError, match=match):
            vaelib.open_dataset(path, name, **allowed)
    with pytest.raises(vaelib.FileError, match=r"missing\.h5.*[Nn]o such file"):
        vaelib.open_dataset(path, "missing", **allowed)


def test_folders_that_are_none(linked):
    path = linked / "main/main.h5"
    with pytest.raises(vaelib.FileError, match="no folder for external links"):
        vaelib.open_dataset(path, "x", external_folders=[linked / "nowhere"])
    with pytest.raises(TypeError, match="sequence of folders"):
        vaelib.open_dataset(path, "x", external_folders=str(linked))
    with pytest.raises(vaelib.FormatError, match="external_folders"):
        vaelib.open_dataset(path, "x", external_folders=[])
    # A name that begins with the folder's is not in the folder.
    (linked / "par").mkdir()
    with pytest.raises(vaelib.FormatError, match="not in a folder"):
        vaelib.open_dataset(path, "x", external_folders=[linked / "par"])


def test_links_of_kinds_that_programs_define(tmp_path):
    """Of any length, 0 too; and of kinds that no version of the format has yet."""
    file = File()
    data = file.dataset(message=new_message)
    group = file.new_group(
        defined_link(b"empty", 80, b""), defined_link(b"full", 255, b"value"), defined_link(b"newer", 7, b"?"),
        hard_link(b"nowhere", 0xFFFFFFFFFFFFFFFF), hard_link(b"beyond", 1 << 40), soft_link(b"soft", b"/x"),
        hard_link(b"x", data),
    )  # fmt: skip
    path = file.save(tmp_path / "links.h5", group)
    for name in ("x", "soft"):
        assert not read(path, name).any()
    for name in ("empty", "full", "newer"):
        with pytest.raises(vaelib.FormatError, match=f'"{name}".*link of a kind'):
            vaelib.open_dataset(path, name)
    for name in ("nowhere", "beyond"):
        with pytest.raises(vaelib.FormatError, match="damaged"):
            vaelib.open_dataset(path, name)


@BOTH
def test_names_of_any_length(tmp_path, versions):
    """A heap keeps names of more than four kilobytes apart from the others."""
    path = tmp_path / "data.h5"
    names = [f"{index:02}" + "n" * length for index, length in enumerate((1, 100, 4000, 4096, 5000, 60_000))]
    with h5py.File(path, "w", libver=versions) as file:
        for index in range(20):
            file[f"other{index}"] = index
        for name in names:
            file[name] = MATRIX
    assert set(names) < set(vaelib.dataset_names(path))
    for name in names:
        np.testing.assert_array_equal(read(path, name), MATRIX)


def test_what_is_wrong_elsewhere_does_not_matter(tmp_path):
    """A damaged neighbour is found by `verify`, and does not keep others from being opened."""
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        file["group/x"] = MATRIX
        file["bad/x"] = MATRIX
        address = h5py.h5o.get_info(file["bad"].id).addr
    content = bytearray(path.read_bytes())
    struct.pack_into("<B", content, address, 77)
    path.write_bytes(content)
    np.testing.assert_array_equal(read(path, "group/x"), MATRIX)
    for function in (vaelib.verify, vaelib.dataset_names):
        with pytest.raises(vaelib.FormatError, match="damaged"):
            function(path)
    with pytest.raises(vaelib.FormatError, match="has no dataset"):
        vaelib.open_dataset(path, "group/y")
