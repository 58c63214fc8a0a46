"""The report's records, by model, set and seed."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np

from defaults.records import Records

Found = dict[str, Any]

RISE = 0.01
"""A training that ends above its best losses by more than this share of the gain has failed."""
ABOUT_DATA = "the data hold values"
"""What a warning has that tells of the data, and nothing of how the training went."""
WORDS = 6
"""So many words of a warning are told."""


class Results:
    """What the report's trainings gave."""

    def __init__(self, records: Records) -> None:
        self._records = list(records)

    @property
    def machines(self) -> list[str]:
        """Where the trainings ran."""
        return list(dict.fromkeys(each["found"]["machine"] for each in self._records))

    def sets(self, model: str) -> list[str]:
        """The sets of a model, in the order of the records."""
        return list(dict.fromkeys(each["tried"]["set"] for each in self._records if each["tried"]["model"] == model))

    def _of(self, model: str, of: str, step: str, peer: str | None = None, by: str | None = None) -> dict[int, Found]:
        found: dict[int, Found] = {}
        for record in self._records:
            tried = record["tried"]
            names = (tried["model"], tried["set"], tried["step"], tried.get("peer"), tried.get("by"))
            if names == (model, of, step, peer, by):
                found[tried["seed"]] = {**record["found"], "tries": {"count": tried.get("tries", 0)}}
        return found

    def plain(self, model: str, of: str) -> dict[int, Found]:
        """The plain trainings by seed."""
        return self._of(model, of, "plain")

    def searches(self, model: str, of: str, measure: str) -> dict[int, Found]:
        """What searches chose by a measure, by seed; of several the one that was made last."""
        return self._of(model, of, "tuned", by=measure)

    def tries(self, model: str, of: str, seed: int) -> list[Found]:
        """The tries of a search that went well."""
        wanted = (model, of, seed, "try")
        found = []
        for record in self._records:
            tried = record["tried"]
            if (tried["model"], tried["set"], tried["seed"], tried["step"]) == wanted and "test" in record["found"]:
                found.append(record["found"])
        return found

    def size(self, model: str, of: str) -> dict[str, int]:
        """Rows and columns to train on, and rows that are judged."""
        sized = [r["found"] for r in self._records if r["tried"]["model"] == model and r["tried"]["set"] == of]
        found: Found = next((each for each in sized if "test_rows" in each), {})
        return {name: int(found.get(name, 0)) for name in ("rows", "columns", "test_rows")}

    def measured(self, model: str, of: str, measure: str, step: str, peer: str | None = None) -> dict[int, float]:
        """One measure of the trainings that went well, by seed."""
        found = self._of(model, of, step, peer)
        return {seed: each["measures"][measure] for seed, each in found.items() if measure in _measures(each)}

    def tuned(self, model: str, of: str, measure: str, by: str) -> dict[int, float]:
        """A measure of what the search chose by this one or another, by seed."""
        found = self.searches(model, of, by)
        return {seed: each["measures"][measure] for seed, each in found.items() if measure in _measures(each)}

    def seconds(self, model: str, of: str, step: str = "plain", peer: str | None = None) -> dict[int, float]:
        """The seconds of the trainings that went well, by seed."""
        return {seed: each["seconds"] for seed, each in self._of(model, of, step, peer).items() if _measures(each)}

    def failures(self, model: str, of: str) -> dict[int, str]:
        """What plain trainings raised, by seed."""
        return {seed: found["error"] for seed, found in self.plain(model, of).items() if found["error"]}

    def said(self, model: str, of: str) -> dict[str, int]:
        """The first words of warnings and errors of plain trainings, and in how many trainings they came."""
        counts: Counter[str] = Counter()
        for found in self.plain(model, of).values():
            texts = [*found["said"], *([found["error"]] if found["error"] else [])]
            counts.update({" ".join(text.split()[:WORDS]) for text in texts})
        return dict(counts)

    def silent_failures(self, model: str, of: str) -> dict[str, list[int]]:
        """What went wrong in plain trainings that neither warned nor raised, and with which seeds."""
        found: dict[str, list[int]] = defaultdict(list)
        for seed, each in self.plain(model, of).items():
            if each["error"] or any(ABOUT_DATA not in text for text in each["said"]):
                continue
            for course in each["courses"]:
                if course["lasting_rise"] > RISE:
                    found[f"loss rose ({course['name']})"].append(seed)
            for measure, name in (("bound", "mean"), ("median", "median row")):
                independent = self.measured(model, of, measure, step="peer", peer="independent")
                if seed in independent and not each["measures"][measure] >= independent[seed]:
                    found[f"{name} below independent columns"].append(seed)
            # What could have been known when training ended.
            independent = self.measured(model, of, "bound", step="peer", peer="independent")
            if seed in independent and each.get("validation_bound", np.inf) < independent[seed]:
                found["validation rows below independent columns"].append(seed)
        return found


def _measures(found: Found) -> dict[str, float]:
    return found.get("measures") or {}
