"""How a service is laid out: parts beside its topics, the same five words in each topic, and what each may import."""

from collections.abc import Iterable, Mapping
from configparser import ConfigParser
from typing import Final, NamedTuple

WORDS: Final = ("api", "commands", "queries", "rows", "domain")
#: What a topic shows to the topics above it.
SHOWN: Final = ("queries", "domain")


class Allowed(NamedTuple):
    """What a part may import: other parts, and these words of every topic."""

    parts: tuple[str, ...]
    words: tuple[str, ...]


_BELOW_REACTIONS: Final = ("rows", "event_types", "integration_events", "config")
PARTS: Final[Mapping[str, Allowed]] = {
    "main": Allowed(("migrations", "reactions", *_BELOW_REACTIONS), WORDS),
    "migrations": Allowed(_BELOW_REACTIONS, ("rows", "domain")),
    "reactions": Allowed(_BELOW_REACTIONS, ("commands", "queries", "rows", "domain")),
    "rows": Allowed(("event_types", "config"), ("rows", "domain")),
    "event_types": Allowed(("config",), ("domain",)),
    "integration_events": Allowed(("config",), ("domain",)),
    "config": Allowed((), ()),
}


class Topic(NamedTuple):
    """The words of a topic from the top down, and which of them others may import."""

    words: tuple[str, ...]
    shown: tuple[str, ...]
    own: bool


def read_topics(lines: Iterable[str]) -> dict[str, Topic]:
    """What `.importlinter` declares, from the top down; ``name: upper > lower`` gives a topic words of its own."""
    topics: dict[str, Topic] = {}
    for line in lines:
        name, own, listed = (part.strip() for part in line.partition(":"))
        if name in topics or name in PARTS:
            raise ValueError(f"{name} is declared twice" if name in topics else f"{name} is a part, never a topic")
        words = tuple(word.strip() for word in listed.split(">"))
        topics[name] = Topic(words, words, own=True) if own else Topic(WORDS, SHOWN, own=False)
    return topics


def read_services(text: str) -> dict[str, dict[str, Topic]]:
    """The services that the text of `.importlinter` declares, each with its topics."""
    parser = ConfigParser()
    parser.read_string(text)
    contracts = [parser[name] for name in parser.sections() if parser[name].get("type") == "topics"]
    return {contract["service"]: read_topics(contract["topics"].split("\n")[1:]) for contract in contracts}


class Place(NamedTuple):
    """Where a module stands: a word of a topic; without a topic, a part; without a word, a bare package."""

    topic: str
    word: str


def place_of(module: str, topics: Mapping[str, Topic]) -> Place:
    """Where a module of a service stands, be it declared or not."""
    first, second, *_ = [*module.split(".")[1:], "", ""]
    return Place(first, second) if first in topics else Place("", first)


def refusal(importer: Place, imported: Place, topics: Mapping[str, Topic]) -> str | None:
    """What would be right, where one place may not import the other."""
    if importer == imported:
        return None
    if not importer.word:
        return "the __init__ of a service or a topic imports nothing of the service"
    if not imported.word:
        return "name the module that is meant, not the package that it lies in"
    if not importer.topic:
        return _refusal_of_part(importer.word, imported, topics)
    if not imported.topic:
        right = f"{importer.topic} is a topic: of what lies beside the topics, only config is open to it"
        return None if imported.word == "config" else right
    return _refusal_of_topic(importer, imported, topics)


def _refusal_of_part(part: str, imported: Place, topics: Mapping[str, Topic]) -> str | None:
    parts, words = PARTS[part]
    if not imported.topic:
        allowed = imported.word in parts
    else:
        allowed = imported.word in words or bool(words and topics[imported.topic].own)
    if allowed:
        return None
    if not parts:
        return f"{part} imports nothing of the service"
    return f"{part} may import {', '.join(parts)}, and of the topics {', '.join(words)}"


def _refusal_of_topic(importer: Place, imported: Place, topics: Mapping[str, Topic]) -> str | None:
    order, (words, shown, _) = list(topics), topics[imported.topic]
    if importer.topic == imported.topic:
        right = f"inside {importer.topic} imports go {' > '.join(words)}"
        return None if words.index(importer.word) < words.index(imported.word) else right
    if order.index(importer.topic) > order.index(imported.topic):
        return f"{imported.topic} stands above {importer.topic}: a topic imports only topics declared below it"
    return None if imported.word in shown else f"of {imported.topic}, only {' and '.join(shown)} are open to topics"
