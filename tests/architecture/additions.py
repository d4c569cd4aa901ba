"""What test_room_for_more.py plants: a method of the law, a topic and a service that listens, each as one would add it.

All that depends on how methods, topics and services are made known stands here: the files, the lines that name them
in files which are there already, and a program that asks what the addition was made known to.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from tests.architecture.planting import plant


class Line(NamedTuple):
    """A change of a file that is there already: the text takes the place of what the pattern finds first."""

    path: str
    pattern: str
    text: str


class Addition(NamedTuple):
    """Files and lines to be added, and a program that fails where the addition is not known."""

    files: Mapping[str, str]
    lines: tuple[Line, ...]
    asks: str

    def plant_files(self, folder: Path) -> None:
        """Write the files alone."""
        for path, text in self.files.items():
            plant(folder, path, text)

    def plant_lines(self, folder: Path) -> None:
        """Insert the lines."""
        for path, pattern, text in self.lines:
            old = (folder / path).read_text(encoding="utf-8")
            found = re.search(pattern, old, re.MULTILINE)
            assert found is not None, f"{path} has no place {pattern!r}"
            (folder / path).write_text(old[: found.start()] + text + old[found.end() :], encoding="utf-8")


_REGISTER: Final = "shared/src/law/methods/register.py"
METHOD: Final = Addition(
    files={
        "shared/src/law/methods/flat_amount.py": '''"""A flat amount for every bill, as far as it is left."""

from collections.abc import Iterator

from typing_extensions import override

from kernel.values.money import fen_from_yuan
from law.course import Course
from law.methods.layer import Layer
from law.plan import LayerPlan
from law.trace import LayerTrace


class FlatAmount(Layer, tag="flat_amount", frozen=True, kw_only=True):
    """Pays the same for every bill."""

    amount_yuan: str

    DESCRIPTION = "A flat amount for every bill, as far as it is left."

    @override
    def faults(self, _before: object) -> Iterator[tuple[str, str]]:
        if self.amount_yuan == "0.00":
            yield "amount_yuan", "the amount must be above zero"

    @override
    def work_out(self, course: Course, plan: LayerPlan) -> LayerTrace:
        return course.take(plan, min(fen_from_yuan(self.amount_yuan), course.left))

    @override
    def reason(self, trace: LayerTrace) -> str:
        return "每张账单固定支付。"
'''
    },
    lines=(
        Line(_REGISTER, "^(?=from law.methods.given)", "from law.methods.flat_amount import FlatAmount\n"),
        Line(_REGISTER, "^    Given$", "    Given\n    | FlatAmount"),
    ),
    asks="""
from law.methods.register import METHODS
tags = {method.__struct_config__.tag for method in METHODS}
assert "flat_amount" in tags, f"a pack may name only {sorted(tags)}"
""",
)

_LETTERS: Final = "services/settlement/src/settlement/letters"
TOPIC: Final = Addition(
    files={
        f"{_LETTERS}/__init__.py": '"""Letters: what the patient is told in writing."""\n',
        f"{_LETTERS}/domain.py": '''"""A letter is sent once."""

import msgspec

from kernel.values.refusals import Refused


class SendLetter(msgspec.Struct, frozen=True):
    """Send a letter about an encounter."""

    encounter_id: str


class LetterSent(msgspec.Struct, frozen=True):
    """A letter was sent."""

    encounter_id: str


def decide(command: SendLetter, sent: LetterSent | None) -> tuple[LetterSent, ...]:
    """The event; raises Refused for a second letter."""
    if sent is not None:
        raise Refused("LETTER_SENT_BEFORE", f"the letter about {command.encounter_id} was sent before")
    return (LetterSent(command.encounter_id),)
''',
        f"{_LETTERS}/rows.py": '''"""The letters that were sent."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, MetaData, Table, Text

from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put
from settlement.letters.domain import LetterSent

metadata: Final = MetaData()
letters: Final = Table("letters", metadata, Column("encounter_id", Text, primary_key=True))


def _sent(recorded: RecordedEvent) -> Iterable[Change]:
    yield put(letters, encounter_id=recorded.event.encounter_id)


ROWS: Final[RowsByEvent] = {LetterSent: _sent}
''',
        f"{_LETTERS}/queries.py": '''"""Whether a letter was sent; the encounter is the topic's below."""

import settlement.encounters.queries
from settlement.letters.rows import letters

SENT_SQL = f"SELECT EXISTS (SELECT FROM {letters.name} WHERE encounter_id = $1)"
''',
    },
    lines=(
        Line(
            ".importlinter",
            r"^service = settlement\ntopics =\n",
            "service = settlement\ntopics =\n    letters\n",
        ),
    ),
    asks="""
from kernel.writing.event_registry import EventRegistry, EventType
from kernel.writing.read_model import ReadModel
from settlement.letters.domain import LetterSent, SendLetter, decide
from settlement.letters.rows import ROWS, metadata
from settlement.event_types import REGISTRY
types = [REGISTRY.type_of(kind) for kind in REGISTRY.classes.values()]
registry = EventRegistry([*types, EventType("LetterSent", LetterSent)])
(event,) = decide(SendLetter("E1"), None)
assert registry.decode(*registry.encode(event)) == event
model = ReadModel(EventRegistry([EventType("LetterSent", LetterSent)]), [metadata], [ROWS])
assert [table.name for table in model.tables] == ["letters"]
""",
)

_LISTENING: Final = "services/listening/src/listening"
SERVICE: Final = Addition(
    files={
        f"{_LISTENING}/__init__.py": '"""A service that listens to identity and publishes nothing."""\n',
        f"{_LISTENING}/py.typed": "",
        f"{_LISTENING}/main.py": '''"""Joins listening's parts."""

from typing import Final

from fastapi import FastAPI

from kernel.running.hosting import Host, application
from kernel.running.runtime import ServiceParts
from kernel.running.service import Service
from listening.event_types import REGISTRY
from listening.integration_events import CONTRACT, publish
from listening.reactions.identity import HEARD
from listening.rows import READ_MODEL

PARTS: Final = ServiceParts(
    name="listening",
    schema="listening",
    publishes=CONTRACT,
    registry=REGISTRY,
    project=READ_MODEL.project,
    publish=publish,
    heard=HEARD,
)


def build(host: Host) -> FastAPI:
    """The service in the given surroundings."""
    return application(host.runtime(PARTS), host, description="Listens.", routers=[], error_codes=())


SERVICE: Final = Service(
    parts=PARTS, read_model=READ_MODEL, port=8009, codes=(), build=lambda host, _environ: build(host)
)
''',
        f"{_LISTENING}/event_types.py": '''"""It has no events of its own."""

from typing import Final

from kernel.writing.event_registry import EventRegistry

REGISTRY: Final = EventRegistry([])
''',
        f"{_LISTENING}/integration_events.py": '''"""It tells nothing."""

from typing import Final

from kernel.messaging.envelope import Published
from kernel.values.contract import Contract
from kernel.writing.event_store import RecordedEvent

CONTRACT: Final = Contract.of("listening")


def publish(_recorded: RecordedEvent) -> Published | None:
    """Nothing."""
    return None
''',
        f"{_LISTENING}/rows.py": '''"""The rows of its topics."""

from typing import Final

from kernel.writing.read_model import ReadModel
from listening.event_types import REGISTRY
from listening.followed.rows import metadata

READ_MODEL: Final = ReadModel(REGISTRY, [metadata], [])
''',
        f"{_LISTENING}/reactions/__init__.py": '"""What it does on other services\' messages."""\n',
        f"{_LISTENING}/reactions/identity.py": '''"""On identity's messages it keeps whom they were about."""

from typing import Final

from contracts import identity
from kernel.messaging.heard import Heard
from listening.followed.rows import ROWS

HEARD: Final = (Heard("listening", identity.CONTRACT, ROWS),)
''',
        f"{_LISTENING}/followed/__init__.py": '"""Followed: the people that identity told of."""\n',
        f"{_LISTENING}/followed/rows.py": '''"""The people that identity told of."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, MetaData, Table, Text

from contracts.identity import EntitlementChanged
from kernel.writing.read_model import RowsByMessage
from kernel.writing.read_tables import Change, put

metadata: Final = MetaData()
followed: Final = Table("followed", metadata, Column("person_id", Text, primary_key=True))


def _told(event: EntitlementChanged) -> Iterable[Change]:
    yield put(followed, person_id=event.person_id)


ROWS: Final[RowsByMessage] = {EntitlementChanged: _told}
''',
    },
    lines=(
        Line(".importlinter", r"^root_packages =\n", "root_packages =\n    listening\n"),
        Line(".importlinter", r"^    identity \| ", "    listening | identity | "),
        Line(".importlinter", r"^ancestors =\n", "ancestors =\n    listening\n"),
        Line(
            ".importlinter",
            r"\Z",
            "\n[importlinter:contract:listening]\nname = Inside listening\ntype = topics\n"
            "service = listening\ntopics =\n    followed\n",
        ),
        Line("onestop/src/onestop/packages.py", r'"fund_ledger"', '"fund_ledger", "listening"'),
    ),
    asks="""
import contracts.identity
from onestop.services import SCHEMAS, SERVICES, TOPICS
assert "listening" in SCHEMAS and "listening" in TOPICS
assert [heard.contract for heard in SERVICES["listening"].parts.heard] == [contracts.identity.CONTRACT]
""",
)
