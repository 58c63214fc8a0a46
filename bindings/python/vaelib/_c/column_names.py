"""What messages call columns: by their numbers, and by their names if they have some."""

from __future__ import annotations

import json
from collections.abc import Sequence

Names = Sequence[object]


def column_text(column: int, names: Names | None) -> str:
    """A column by its number, from 0, and its name, as the library itself writes them: column 3 ("age")."""
    name = None if names is None or column >= len(names) else names[column]
    return f"column {column} ({json.dumps(name, ensure_ascii=False)})" if isinstance(name, str) else f"column {column}"
