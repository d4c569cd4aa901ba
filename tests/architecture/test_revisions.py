"""The revisions of each service's schema are one chain, so that every database walks the same way."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

_REVISION = re.compile(r'^revision = "(\w+)"$', re.MULTILINE)
_BEFORE = re.compile(r'^down_revision = (?:"(\w+)"|None)$', re.MULTILINE)


def broken(texts: Mapping[str, str]) -> Iterable[str]:
    """What keeps a service's revisions from being one chain from a first one on."""
    steps: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path, text in texts.items():
        match path.split("/"):
            case ["services", service, "src", _, "migrations", "versions", _]:
                found, before = _REVISION.search(text), _BEFORE.search(text)
                assert found is not None, f"{path} names no revision"
                assert before is not None, f"{path} does not say which revision comes before"
                steps[service].append((found[1], before[1] or ""))
            case _:
                pass
    for service, chain in sorted(steps.items()):
        names = ["", *sorted(name for name, _ in chain)]
        if sorted(chain) != list(zip(names[1:], names[:-1], strict=True)):
            yield f"{service}: the revisions {sorted(chain)} are not one chain in their order"


def test_every_service_has_one_chain_of_revisions(texts: dict[str, str]) -> None:
    assert not list(broken(texts))


def test_two_revisions_of_one_number_are_found() -> None:
    folder = "services/one/src/one/migrations/versions"
    first = 'revision = "0001"\ndown_revision = None\n'
    second = 'revision = "0002"\ndown_revision = "0001"\n'
    good = {f"{folder}/0001_first.py": first, f"{folder}/0002_a.py": second}
    assert not list(broken(good))
    assert list(broken({**good, f"{folder}/0002_b.py": second}))
    assert list(broken({**good, f"{folder}/0003_c.py": 'revision = "0003"\ndown_revision = "0001"\n'}))
