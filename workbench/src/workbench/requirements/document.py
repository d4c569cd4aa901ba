"""The data file of requirements, read strictly: an unknown key is an error that names the line."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from law.packs.loading import located
from law.packs.source import Source

#: Which of the documents an id belongs to: its two letters.
DocumentCode = Literal["LY", "HN", "HU", "GX", "JY"]
Service = Literal["identity", "referral", "settlement", "fund-ledger", "operations"]
#: ``met`` with all its edges, ``partly`` where the text of ``not_yet`` says what is missing, ``not wired`` where code
#: and tests are there but no service calls them, or ``not yet``.
Status = Literal["met", "partly", "not wired", "not yet"]
Text = Annotated[str, msgspec.Meta(min_length=1)]


class Missing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is missing, and the issue that asks for it; ``later`` where no open issue does."""

    issue: int | Literal["later"]
    what: Text


class Requirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One requirement: its clause, its rule in short, and references to what meets and what proves it.

    ``not_wired`` is code that would meet it and that no service calls yet.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^R-(LY|HN|HU|GX|JY)-[0-9]{2}$")]
    clause: Text
    rule: Text
    service: tuple[Service, ...]
    met_by: tuple[Text, ...] = ()
    not_wired: tuple[Text, ...] = ()
    proved_by: tuple[Text, ...] = ()
    not_yet: Missing | None = None

    @property
    def document(self) -> str:
        """The two letters of the document that it stands in."""
        return self.id[2:4]

    @property
    def status(self) -> Status:
        """How far it is met."""
        if not self.proved_by:
            return "not yet"
        # A pack's words do nothing by themselves.
        if self.not_wired and not any("::" in reference for reference in self.met_by):
            return "not wired"
        return "partly" if self.not_wired or self.not_yet else "met"


class PolicyDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A policy document: its place and number, the number by which clauses cite it, how many ids it has."""

    title: Text
    cited_as: Text
    requirements: int


class Requirements(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file. ``examples`` are the ids of the worked examples that references may name."""

    documents: dict[DocumentCode, PolicyDocument]
    examples: tuple[str, ...]
    requirements: tuple[Requirement, ...]


def read(path: Path) -> Requirements:
    """Read the file; raises PackError with its name and the line."""
    return parse(path.read_text(encoding="utf-8"), path.name)


def parse(text: str, name: str) -> Requirements:
    """Read the file's text; raises PackError with ``name`` and the line."""
    source = Source(text, name)
    try:
        return msgspec.convert(source.value, Requirements)
    except msgspec.ValidationError as error:
        raise located(error, source, "workbench/src/workbench/requirements/document.py") from error
