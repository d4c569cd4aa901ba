"""Languages: what is refused is said in English or in Chinese, as the caller asks and else as the place is set."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

ENGLISH: Final = "en"
CHINESE: Final = "zh"
_FILE: Final = "messages.zh.tsv"
_HEADER_CHARACTERS_MAX: Final = 200


class Message(NamedTuple):
    """What a code is called in Chinese, and a sentence for the one who asked."""

    title: str
    sentence: str


class Told(NamedTuple):
    """What a code is called, and sentences that the things concerned fill: the first of which all things are told."""

    title: str
    sentences: tuple[str, ...]


def language_of(header: str | None, default: str) -> str:
    """The best of the two languages for an Accept-Language header; ``default`` where it prefers neither."""
    best, quality = default, 0.0
    for part in (header or "")[:_HEADER_CHARACTERS_MAX].split(","):
        tag, _, parameter = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        weight = _weight(parameter)
        if language in (ENGLISH, CHINESE) and weight > quality:
            best, quality = language, weight
    return best


def in_chinese(code: str, title: str, detail: str, about: Mapping[str, str]) -> Message:
    """Title and detail in Chinese. A detail without a sentence stays as it is: it says more than a title."""
    known = chinese_messages().get(code)
    if known is None:
        return Message(title, detail)
    for sentence in known.sentences:
        try:
            return Message(known.title, sentence.format_map(about))
        except KeyError:  # this refusal does not tell what the sentence speaks of
            continue
    return Message(known.title, detail)


@cache
def chinese_messages() -> Mapping[str, Told]:
    """All of them, by code."""
    text = (files("kernel.http") / _FILE).read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line)
    return {code: Told(title, tuple(filter(None, sentences))) for code, title, *sentences in rows}


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
