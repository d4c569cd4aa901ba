"""Every place that the glossary names is there, and no term stands twice."""

import re
from collections import Counter
from pathlib import Path
from typing import Final

_PLACE: Final = re.compile(r"`([a-z_-]+(?:/[\w.-]+)+)`")


def test_every_place_that_the_glossary_names_is_there(root: Path) -> None:
    sources = [root, *(path for pattern in ("*/src", "services/*/src") for path in root.glob(pattern))]
    places = set(_PLACE.findall((root / "docs/GLOSSARY.md").read_text(encoding="utf-8")))
    assert len(places) > 50, "the rule must find the places"
    assert [place for place in sorted(places) if not any((source / place).exists() for source in sources)] == []


def test_no_term_stands_twice(root: Path) -> None:
    rows = re.findall(r"^\| ([^|]+) \|", (root / "docs/GLOSSARY.md").read_text(encoding="utf-8"), re.MULTILINE)
    counts = Counter(term for term in rows if term.strip("- ") and term != "term")
    assert [term for term, count in counts.items() if count > 1] == []
