"""Plays the requests of docs/openapi/examples in their order and holds the replies against those that stand there.

Ids derive from keys and the clock is the test's, so a reply is the same to the letter. ONESTOP_RECORD_EXAMPLES=1 writes
down what was answered, for somebody to read before it is committed; a new step may then say `$2.encounter_id` in its
path for what the second one answered.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from kernel.security import Role
from kernel.testing.surroundings import Service

_ANSWERED: Final = re.compile(r"\$(\d+)\.(\w+)")


class Step(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One request, who sends it, and what is answered. ``operation`` is its path as the document writes it."""

    title: str
    role: Role
    organisation: str | None = None
    #: Who it is, where a second person of a role is needed.
    subject: str | None = None
    operation: str
    path: str
    key: str = ""
    request: Any = None
    status: int = 0
    reply: Any = None


def read_steps(file: Path) -> Sequence[Step]:
    """The steps of a file; none where there is no such file."""
    return msgspec.json.decode(file.read_bytes(), type=list[Step]) if file.exists() else ()


async def play(service: Service, file: Path) -> Sequence[str]:
    """Send every request of the file in its order; gives what came out otherwise than it is written."""
    different: list[str] = []
    steps = read_steps(file)
    for step in steps:
        client = await service.client(step.role, step.organisation, subject=step.subject)
        step.path = _ANSWERED.sub(lambda found: str(steps[int(found[1]) - 1].reply[found[2]]), step.path)
        method, _, _ = step.operation.partition(" ")
        headers = {"Idempotency-Key": step.key} if step.key else {}
        response = await client.request(method, step.path, json=step.request, headers=headers)
        answered = response.json() if "json" in response.headers.get("content-type", "") else None
        if response.status_code >= 400 and answered is not None:
            answered.pop("correlation_id")
        if (response.status_code, answered) != (step.status, step.reply):
            different.append(f"{step.title}: {response.status_code} {response.text}")
        step.status, step.reply = response.status_code, answered
    if os.environ.get("ONESTOP_RECORD_EXAMPLES") == "1":
        _write(file, steps)
    return different


def _write(file: Path, steps: Sequence[Step]) -> None:
    file.write_bytes(msgspec.json.format(msgspec.json.encode(steps), indent=1) + b"\n")
