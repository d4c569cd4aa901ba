"""Beginning a pack for another place: the structure of a pack that is there, with every fact still to be filled in."""

import re
from pathlib import Path
from typing import Final

import msgspec

#: What must be asked of the new document: figures, clauses, dates, reasons.
_FACTS: Final = (
    re.compile(r"(?<=clause: )(?:(?! #)[^,}\n])+"),
    re.compile(r'(?<=\bwhy: )"[^"\n]*"'),
    re.compile(r'(?<=\bvalue: )"[^"\n]*"'),
    re.compile(r'(?<=_yuan: )"[^"\n]*"'),
    re.compile(r'(?<=\bpercent: )"[^"\n]*"|(?<=_percent: )"[^"\n]*"|(?<=percent_of_year: )"[^"\n]*"'),
    re.compile(r'(?<=\bincome_multiple: )"[^"\n]*"'),
    re.compile(r"(?<=\bfrom: )[0-9-]{10}|(?<=_from: )[0-9-]{10}|(?<=\bin_force_to: )[0-9-]{10}|(?<=\bon: )[0-9-]{10}"),
)
_COMMENT: Final = re.compile(r"(?m)[ \t]+#.*$|^#.*\n")
_DOCUMENT: Final = re.compile(r"(?m)^document:\n(?:[ \t]+.*\n)+")
_EXAMPLES_SCHEMA: Final = "# yaml-language-server: $schema=../examples.schema.json\n"
_SCHEMA: Final = "# yaml-language-server: $schema=../pack.schema.json\n"


class Beginning(msgspec.Struct, frozen=True):
    """What is known of the new place: six-digit division, name as in documents, short Latin name, file's name."""

    division: str
    name: str
    region: str
    year: int
    document: str

    @property
    def pack_id(self) -> str:
        """The new pack's id."""
        return f"{self.division}-{self.region}/{self.year}-{self.document}"


def skeleton(like: str, new: Beginning) -> str:
    """The text of a pack with TODO for every fact; the loader refuses it until all are filled in."""
    text = _COMMENT.sub("", like)
    for fact in _FACTS:
        text = fact.sub("TODO", text)
    text = _DOCUMENT.sub(_document(), text)
    for key, value in (
        ("pack", new.pack_id),
        ("region", new.region),
        ("division", f'"{new.division}"'),
        ("name", new.name),
    ):
        text = re.sub(rf"(?m)^{key}: .*$", f"{key}: {value}", text, count=1)
    told = (
        f"# {new.name}: fill in every TODO from the document; `onestop policy check` names the next one.\n"
        "# Days and months of clocks, categories and readings are still those of the other place: check each.\n"
    )
    return f"{_SCHEMA}{told}{text}"


def _document() -> str:
    keys = ("number", "title", "issuer", "issued", "cited_as", "notes")
    return "document:\n" + "".join(f"  {key}: TODO\n" for key in keys)


def examples_skeleton(new: Beginning) -> str:
    """An examples file without examples, with one to begin from in its comment."""
    return f"""{_EXAMPLES_SCHEMA}# Edge cases of {new.name}, each worked out by hand from the document.
# People and bills are made up.
# Played by `onestop policy check` and `onestop examples`; the schema is that of the shared worked examples:
#
# - id: XX-101
#   title: What the example shows
#   kind: settle
#   region: {new.region}
#   clause: ["the clause that it is about"]
#   state0: {{category: dibao, accumulators: {{aid_in: "0.00"}}}}
#   steps:
#   - op: settle # or refuse, with expect: {{refused: CODE}}; or revoke
#     id: c1
#     encounter: {{type: inpatient, locality: in_county, level: county, discharged: 2020-01-31}}
#     costs: {{total: "1000.00", compliant: "1000.00"}}
#     inputs: {{BMI: "600.00", CII: "0.00"}}
#     expect:
#       layers: {{BMI: "600.00", CII: "0.00", MA: "320.00"}}
#       patient_pays: "80.00"
#       after: {{aid_in: "320.00"}}
#     working: "own compliant 400; 80% = 320"
schema_version: 1
units: yuan, decimal strings with exactly 2 digits
examples: []
"""


def begin(policies: Path, like: str, new: Beginning) -> tuple[Path, Path]:
    """Write both files; raises FileExistsError and writes nothing where one of them is there."""
    pack = policies / f"{new.pack_id}.yaml"
    examples = pack.with_suffix(".examples.yaml")
    for path in (pack, examples):
        if path.exists():
            raise FileExistsError(path)
    pack.parent.mkdir(parents=True, exist_ok=True)
    for path, text in ((pack, skeleton(like, new)), (examples, examples_skeleton(new))):
        with path.open("x", encoding="utf-8") as out:
            out.write(text)
    return pack, examples
