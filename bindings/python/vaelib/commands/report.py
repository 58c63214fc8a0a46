"""Write a report about a model and its data; needs matplotlib.

example:
  vaelib report people.model.h5 new.csv -o report.html
  vaelib report model.h5 digits.h5:x_test --labels y_test -o report.html

Curves, scores, samples, reconstructions, a map of the codes, unusual rows and
what is odd about them, in one file of HTML that any browser shows without a
network. Best about rows that the training has not seen.
"""

from __future__ import annotations

import argparse
import os

from vaelib.command_line.asking import add_model, load_model, seen_by
from vaelib.command_line.conditions import add_conditions
from vaelib.command_line.data_options import add_data_options
from vaelib.command_line.errors import UsageError
from vaelib.command_line.opening import open_examples
from vaelib.command_line.output import check_target
from vaelib.command_line.parser import add_general, headed
from vaelib.command_line.places import DATA_HELP
from vaelib.command_line.progress import note
from vaelib.command_line.targets import add_targets
from vaelib.command_line.values import picture_shape, whole
from vaelib.models.regressor import StackedDenoisingRegressor


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.usage = f"{parser.prog} [options] MODEL DATA"
    add_model(parser)
    parser.add_argument("data", nargs="?", metavar="DATA", help=f"the rows: {DATA_HELP}")
    output_help = "the page, by default report.html"
    headed(parser, "output").add_argument("-o", "--output", default="report.html", metavar="FILE", help=output_help)
    group = headed(parser, "options")
    shape_help = "rows are pictures of this shape, 28x20 or 32x32x3; or none, though they look like such"
    group.add_argument("--shape", type=_shape, metavar="HxW", help=shape_help)
    group.add_argument("--title", metavar="TEXT", help="what stands above")
    group.add_argument(
        "-n",
        "--rows",
        type=whole,
        metavar="N",
        default=1000,
        help="look at so many rows, evenly spread, by default 1000",
    )
    group.add_argument("--data", dest="data_option", metavar="DATA", help="another way to name DATA")
    add_data_options(parser, labels=True)
    add_conditions(parser)
    add_targets(parser)
    add_general(parser, json=False)


def run(arguments: argparse.Namespace) -> None:
    """Writes the page, and says where it is."""
    arguments.data = _data(arguments)
    if os.path.splitext(arguments.output)[1].lower() not in (".html", ".htm"):
        raise UsageError(f"-o {arguments.output}: a report is a page of HTML, such as report.html")
    check_target(arguments.output, arguments)
    if arguments.rows < 2:
        raise UsageError(f"-n {arguments.rows}: at least 2 rows")
    model = load_model(arguments)
    what = "target" if isinstance(model, StackedDenoisingRegressor) else "label"
    examples = seen_by(arguments, model, open_examples(arguments.data, arguments, model, what))
    page = {"shape": arguments.shape, "title": arguments.title, "rows": arguments.rows}
    if examples.conditions is not None:
        page["conditions"] = examples.conditions
    model.report(examples.X, examples.y, arguments.output, **page)
    note(arguments, f"a report is in {os.path.abspath(arguments.output)}")


def _data(arguments: argparse.Namespace) -> str:
    """The rows that the page is about, which stand behind MODEL or --data."""
    given = [text for text in (arguments.data, arguments.data_option) if text is not None]
    if not given:
        raise UsageError("DATA is missing: the rows that the report is about")
    if len(given) > 1:
        raise UsageError(f"DATA is named twice: {given[0]} and {given[1]}; a report is about one of them")
    return str(given[0])


def _shape(text: str) -> tuple[int, ...] | bool:
    """The shape of pictures; False if rows are none."""
    return False if text == "none" else picture_shape(text)
