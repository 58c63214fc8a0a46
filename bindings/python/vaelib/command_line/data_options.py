"""Options that say how data are read."""

from __future__ import annotations

import argparse

from vaelib.command_line.parser import headed
from vaelib.command_line.values import OneOf, listed, real, whole


def add_data_options(parser: argparse.ArgumentParser, *, labels: bool = False, weights: bool = False) -> None:
    """Adds the options that say how data are read; those for labels and weights where they are of use."""
    add = headed(parser, "data").add_argument
    if labels:
        add("--labels", metavar="NAME", help="the labels: a dataset beside the examples, or FILE or FILE:NAME")
    label_help = "tables: the column with the labels, which is no part of the examples"
    add("--label-column", metavar="NAME", help=label_help)
    if weights:
        add("--weights", metavar="NAME", help="how much each row counts: a dataset, or FILE or FILE:NAME")
        add("--weight-column", metavar="NAME", help="tables: the column that says how much each row counts")
    add("--select-columns", type=listed, metavar="A,B", help="tables, also in HDF5: use these columns alone")
    add("--drop-columns", type=listed, metavar="A,B", help="tables: leave these columns out")
    add("--gaps", type=listed, metavar="?,-", help="CSV: texts that stand for missing values, beside NA and the like")
    add("--decimal", type=OneOf((".", ",")), metavar="CHARACTER", help="CSV: a comma where decimals have one: 0,5")
    add("--scale", type=real, metavar="X", help="models see number * scale + shift, as in --scale 1/255")
    add("--shift", type=real, metavar="X", help="see --scale")
    add = headed(parser, "datasets in HDF5 files").add_argument
    add("--row-axis", type=whole, metavar="N", help="the axis that counts examples, from 0, as 1 for MATLAB's")
    add("--window", type=whole, metavar="N", help="cut a signal into examples of so many neighbouring rows")
    add("--window-step", type=whole, metavar="N", help="rows from one window to the next, by default all of one")
    add("--no-conventions", action="store_true", help="do not follow netCDF's attributes")
    folder_help = "follow links and virtual datasets into files of this folder; may be given several times"
    add("--external-folder", action="append", metavar="FOLDER", help=folder_help)
    add("--memory-budget", type=real, metavar="MIB", help="stream what has more than so many MiB, by default 256")
    add("--check-in-child", action="store_true", help="files of unknown origin: a child process reads them first")
