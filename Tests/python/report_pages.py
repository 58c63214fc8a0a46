"""What tests of reports have in common: pages as they are read, and what their JavaScript computes."""

import json
import shutil
import subprocess
from html.parser import HTMLParser
from importlib.resources import files

import numpy as np
import pytest
import vaelib
from vaelib.report.decoder import decoder_description

EVIL = '<script>alert("x")</script>&\'"</td>'
SECTIONS = [
    *("architecture", "data", "settings", "training", "scores", "samples", "reconstructions", "map"),
    *("information", "filters", "unusual"),
]


class Page(HTMLParser):
    """The elements of a page, checked to be nested, and the text of each section."""

    empty = ("img", "input", "meta", "br")

    def __init__(self, path):
        super().__init__()
        self.open, self.elements, self.texts, self.section = [], [], {}, None
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.elements.append((tag, attributes))
        if tag == "section":
            self.section = attributes["id"]
            self.texts[self.section] = ""
        if tag not in self.empty:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if tag == "section":
            self.section = None

    def handle_data(self, data):
        if self.section is not None and self.open[-1] not in ("script", "style"):
            self.texts[self.section] += data + " "

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def check(page):
    """What holds for every report."""
    assert list(page.texts) == SECTIONS
    for image in page.all("img"):
        assert image["alt"]
        assert image["src"].startswith("data:image/")
    assert {link["href"] for link in page.all("a")} == {f"#{name}" for name in SECTIONS}
    for tag, attributes in page.elements:
        assert not {"src", "href", "srcset", "action"} & set(attributes) or tag in ("img", "a")
        assert not any(name.startswith("on") for name in attributes)
    assert "default-src 'none'" in page.all("meta")[1]["content"]
    identifiers = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(set(identifiers)) == len(identifiers)
    return page


CODES = np.array([[0, 0], [1.5, -2], [-3, 0.25], [0.1, 3]])
SCRIPT = files("vaelib.report").joinpath("decoder.js").read_text()


def numbers_of(model, conditions=None):
    """The means of p(x|z) at CODES, as the library has them."""
    found = model.decode(CODES, conditions=conditions)
    return np.asarray(found.mean if isinstance(found, vaelib.MeanAndVariance) else found)


needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs node")


def decoded_by_node(folder, models, conditions=None):
    """What the script of reports decodes CODES to, for each of the models, under conditions of its own if there are."""
    given = conditions or [None] * len(models)
    descriptions = [
        decoder_description(model._fitted(), model.get_weights(), *([] if numbers is None else [np.array(numbers)]))
        for model, numbers in zip(models, given, strict=True)
    ]
    (folder / "models.json").write_text(json.dumps(descriptions))
    program = f"""{SCRIPT}
    const models = JSON.parse(require("fs").readFileSync("models.json"));
    const codes = {CODES.tolist()};
    console.log(JSON.stringify(models.map((model) => codes.map(makeDecoder(model)))));
    """
    (folder / "program.js").write_text(program)
    process = subprocess.run(["node", "program.js"], cwd=folder, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    return [np.array(found) for found in json.loads(process.stdout)]
