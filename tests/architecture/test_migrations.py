"""The revisions of each service's tables stand in one line: two that follow the same one would stop every start."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

import pytest

_PLACE = re.compile(r"services/([^/]+)/src/[^/]+/migrations/versions/[^/]+\.py")
_REVISION = re.compile(r'^revision = "(\w+)"$', re.MULTILINE)
_FOLLOWS = re.compile(r'^down_revision = (?:"(\w+)"|None)$', re.MULTILINE)


def forks(texts: Mapping[str, str]) -> Iterator[str]:
    """The services whose revisions are not one line, with what is wrong."""
    lines: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
    for path, text in sorted(texts.items()):
        place = _PLACE.fullmatch(path)
        if place is None:
            continue
        revision, follows = _REVISION.search(text), _FOLLOWS.search(text)
        assert revision is not None, f"{path} names no revision"
        assert follows is not None, f"{path} does not say what it follows"
        lines[place.group(1)].append((revision.group(1), follows.group(1)))
    for service, revisions in lines.items():
        names = sorted(name for name, _ in revisions)
        expected = dict(zip(names, [None, *names], strict=False))
        if len(set(names)) < len(names) or dict(revisions) != expected:
            yield f"{service}: {', '.join(f'{name} follows {before}' for name, before in sorted(revisions))}"


def test_each_services_revisions_are_one_line(texts: dict[str, str]) -> None:
    assert list(forks(texts)) == []


@pytest.mark.parametrize("second", [("0002", "0001"), ("0003", "0001")])
def test_two_revisions_that_follow_the_same_one_are_found(second: tuple[str, str]) -> None:
    chain = [("0001", None), ("0002", "0001"), second]
    texts = {
        f"services/x/src/x/migrations/versions/{n}.py": f'revision = "{name}"\n'
        + ("down_revision = None\n" if before is None else f'down_revision = "{before}"\n')
        for n, (name, before) in enumerate(chain)
    }
    (found,) = forks(texts)
    assert found.startswith("x: 0001 follows None")
