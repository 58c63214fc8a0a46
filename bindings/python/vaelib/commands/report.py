"""Write a page of HTML about a model and some data, which any browser shows without a network; needs matplotlib.

Curves, scores, samples, reconstructions, a map of the codes, unusual rows and what is odd about them:

  python -m vaelib report model.h5 --data mnist.h5:x_test --labels y_test -o report.html
"""

from __future__ import annotations

import argparse
from typing import Any

import vaelib
from vaelib.data.opening import open_dataset


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("model", metavar="MODEL", help="a model file")
    parser.add_argument("--data", required=True, metavar="FILE:DATASET", help="the rows that the page is about")
    parser.add_argument("--labels", metavar="DATASET", help="their labels, in the same file")
    parser.add_argument("-o", "--output", default="report.html", metavar="PATH", help="the page (default report.html)")
    parser.add_argument("--shape", metavar="HxW", help="rows are pictures of this shape, 28x28 or 32x32x3; or none")
    parser.add_argument("--title", help="what stands above")
    parser.add_argument("--rows", type=int, default=1000, metavar="COUNT", help="rows looked at (default 1000)")
    parser.add_argument(
        "--check-in-child",
        action="store_true",
        help="for files of unknown origin: a child process reads everything first",
    )


def run(arguments: argparse.Namespace) -> int:
    """Writes the page, and says where it is."""
    shape = _shape(arguments.shape)
    model = vaelib.load(arguments.model, check_in_child=arguments.check_in_child)
    options = {"scale": model.scale, "shift": model.shift, "check_in_child": arguments.check_in_child}
    path, name = _file_and_dataset(arguments.data)
    try:
        with open_dataset(path, name, arguments.labels, **options) as rows:
            model.report(rows, path=arguments.output, shape=shape, title=arguments.title, rows=arguments.rows)
    except ImportError as error:
        raise ValueError(str(error)) from None
    print(f"wrote {arguments.output}")
    return 0


def _file_and_dataset(text: str) -> tuple[str, str]:
    """The two parts of FILE:DATASET."""
    path, colon, name = text.rpartition(":")
    if not colon or not path or not name:
        raise ValueError(f"--data is {text!r}; expected FILE:DATASET, such as mnist.h5:x_test")
    return path, name


def _shape(text: str | None) -> Any:
    """Numbers with x between them; False for none, None if nothing was said."""
    if text is None:
        return None
    if text == "none":
        return False
    sizes = text.split("x")
    if len(sizes) not in (2, 3) or not all(size.isdecimal() and int(size) > 0 for size in sizes):
        raise ValueError(f"--shape is {text!r}; expected HEIGHTxWIDTH, such as 28x28 or 32x32x3, or none")
    return tuple(int(size) for size in sizes)
