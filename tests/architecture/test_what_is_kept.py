"""What git keeps holds no path of one machine, no registry's address and no secret."""

import re
from collections.abc import Iterator

import pytest

_RULES = (
    (re.compile(r"(?<![\w.$}])/(?:work|root|home|Users|tmp)/[\w.-]"), "a path of one machine"),
    (re.compile(r"\b[A-Z]:\\\\?Users\b"), "a path of one machine"),
    (
        re.compile(
            r"\b(?:pypi\.org|pythonhosted\.org|repo1?\.maven|proxy\.golang\.org|registry\.npmjs\.org)", re.IGNORECASE
        ),
        "a registry's address; each machine configures its own",
    ),
    (
        re.compile(r"https?://[\w.:@-]*(?:/[\w-]+)*?/?(?:artifactory|nexus|mirrors?|pypi)\b", re.IGNORECASE),
        "a registry's address; each machine configures its own",
    ),
    (re.compile(r"--(?:extra-)?index-ur[l]|--find-link[s]|--trusted-hos[t]"), "a registry's address"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"), "a private key"),
    (re.compile(r"\beyJ[\w-]{16,}\.eyJ[\w-]{16,}"), "a token"),
)


def unkeepable(text: str) -> Iterator[str]:
    """What in ``text`` must not be kept, as ``line: reason``."""
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, reason in _RULES:
            if found := pattern.search(line):
                yield f"{number}: {found.group()!r} is {reason}"


def test_nothing_kept_belongs_to_one_machine_or_is_secret(texts: dict[str, str]) -> None:
    # This file's samples are joined from parts, so that it passes its own rules.
    assert "requirements.lock" in texts, "the rule must see more than Python"
    found = [f"{path}:{reason}" for path, text in sorted(texts.items()) for reason in unkeepable(text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "parts",
    [
        ("data: ", "/work", "/main/policies"),
        ("'", "/home", "/li/onestop'"),
        ("open(", "'/tmp", "/x.json')"),
        ("cp x ", "/root", "/.m2"),
        ("C:\\", "Users\\li"),
        ("https://", "pypi", ".org/simple"),
        ("https://files.", "pythonhosted", ".org/packages/"),
        ("https://repo1", ".maven", ".apache.org/maven2"),
        ("http://", "mirror", ".example.cn/simple"),
        ("https://artifacts.example.com/", "artifactory", "/x"),
        ("-", "-index-url x"),
        ("-----BEGIN RSA ", "PRIVATE KEY-----"),
        ("Bearer eyJhbGciOiJFUzI1NiJ9x", ".eyJzdWIiOiJoMDAxIn0xxxx"),
    ],
)
def test_what_must_not_be_kept_is_found(parts: tuple[str, ...]) -> None:
    found = list(unkeepable("fine\n" + "".join(parts)))
    assert found
    assert all(reason.startswith("2: ") for reason in found)


@pytest.mark.parametrize(
    "good",
    [
        "COPY shared /app/shared",
        "http://maven.apache.org/POM/4.0.0",
        "--no-emit-index-url",
        "import kernel.writing.event_registry",
        "GET /v1/encounters/E1/work/lines",
        "${HOME}/work/x",
    ],
)
def test_what_may_be_kept_is_not(good: str) -> None:
    assert not list(unkeepable(good))
