"""How many threads the library uses when the program does not say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import vaelib

VARIABLES = ("VAELIB_NUM_THREADS", "OMP_NUM_THREADS")


def in_a_child(expression, **variables):
    """What an expression prints in a fresh interpreter with these variables alone."""
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES} | variables
    environment["PYTHONPATH"] = str(Path(vaelib.__file__).resolve().parents[1])
    program = f"import os, vaelib\nprint({expression})"
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.fixture(scope="module")
def default():
    return int(in_a_child("vaelib.threads()"))


def test_no_more_than_the_process_may_run_on(default):
    assert 1 <= default <= len(os.sched_getaffinity(0))
    assert in_a_child("[os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}), vaelib.threads()][1]") == "1"


@pytest.mark.parametrize("text", ["1", "2", "256"])
@pytest.mark.parametrize("name", VARIABLES)
def test_a_variable_lowers_the_number(default, name, text):
    assert int(in_a_child("vaelib.threads()", **{name: text})) == min(default, int(text))


def test_the_first_number_of_a_list_counts():
    assert in_a_child("vaelib.threads()", OMP_NUM_THREADS="1,7") == "1"


def test_the_library_s_own_variable_comes_first():
    assert in_a_child("vaelib.threads()", VAELIB_NUM_THREADS="1", OMP_NUM_THREADS="2") == "1"


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_of_a_pool_share_the_processors(tmp_path, default, method):
    """Also where the parent had determined a number for itself before it forked."""
    program = tmp_path / "pool.py"
    program.write_text(
        f"""
import multiprocessing, vaelib
def ask(_):
    return vaelib.threads(), vaelib.cpu_description()
if __name__ == "__main__":
    alone = vaelib.threads()
    with multiprocessing.get_context("{method}").Pool(2) as pool:
        print(alone, *sorted({{number for number, _ in pool.map(ask, range(8))}}))
        print(pool.apply(ask, (0,))[1])
"""
    )
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    environment["PYTHONPATH"] = str(Path(vaelib.__file__).resolve().parents[1])
    printed = subprocess.run(
        [sys.executable, program], env=environment, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert printed[0] == f"{default} {max(1, default // 2)}"
    assert default == 1 or "the share of one of 2 processes" in printed[1]


def test_zero_means_the_default_again():
    program = "[vaelib.set_threads(3), vaelib.threads(), vaelib.set_threads(0), vaelib.threads()][1::2]"
    assert in_a_child(program, VAELIB_NUM_THREADS="1") == "[3, 1]"


def test_an_unsuitable_variable_is_passed_over_and_named(default):
    program = "vaelib.threads(), vaelib.cpu_description()"
    text = in_a_child(program, VAELIB_NUM_THREADS="all")
    assert text.startswith(f"{default} ")
    assert "VAELIB_NUM_THREADS=all was ignored: expected a whole number from 1 to 256" in text


def test_the_description_says_where_the_number_comes_from(default):
    text = in_a_child("vaelib.cpu_description()", OMP_NUM_THREADS="1")
    assert ("1 thread (OMP_NUM_THREADS)" in text) == (default > 1)
