"""Scans over HTTP, the same for whatever has some: file one, list them, download one, remove one, see who looked."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
from fastapi import Query
from starlette.responses import Response

from kernel.http import (
    ById,
    ErrorCode,
    IdempotencyKey,
    Json,
    Page,
    RequestBody,
    Router,
    Sent,
    Wire,
    answer,
    answered,
    paged,
    upload,
)
from kernel.http.fields import Text, after_of
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.running.scans import commands
from kernel.running.scans.domain import RemoveScan
from kernel.running.scans.recognising import ENDINGS, MEDIA_TYPES
from kernel.running.scans.store import ScanStore
from kernel.security import Principal
from kernel.writing.reads import Reads

#: A page of A4 in colour at 300 dots an inch has one to two MB as JPEG.
SCAN_BYTES_MAX: Final = 5 * 1024 * 1024
_SHOWN: Final = "look_id, scan_id, seen_by, organisation, roles, seen_at"
_LOOKS_SQL: Final = f"""
SELECT {_SHOWN} FROM scan_looks WHERE subject_id = $1
AND ($2 = '' OR (seen_at, look_id) < ((SELECT seen_at FROM scan_looks WHERE look_id = $2), $2))
ORDER BY seen_at DESC, look_id DESC LIMIT $3
"""
#: A browser takes it for nothing but what it is, runs nothing in it, and keeps no copy.
_SAFE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "no-store",
}

CODES: Final = (
    ErrorCode("SCAN_UNREADABLE", 422, "The file is no PDF, JPEG or PNG, or is broken"),
    ErrorCode("SCAN_NOT_PLAIN", 422, "The PDF is locked, or carries more than pages"),
    ErrorCode("SCANS_TOO_MANY", 409, "There are as many scans as there may be"),
    ErrorCode("SCAN_UNKNOWN", 404, "There is no such scan here, or it was removed"),
    ErrorCode("SCAN_OF_ANOTHER", 409, "Another office filed the scan"),
    ErrorCode("SCAN_ERASED", 409, "The scan was erased with the person's data"),
    ErrorCode("SCANS_OFF", 409, "No scans are kept here"),
    ErrorCode("SCANS_CLOSED", 409, "Nothing can be filed there any more"),
    ErrorCode("PERSON_ERASED", 409, "The person's data were erased"),
)


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A thing that has scans, as a caller may deal with it: and whose it is.

    ``remover`` is whose scans the caller may remove, None for all. ``missing`` tells, of kinds that are there, which
    papers still have no scan.
    """

    subject_id: str
    person_id: str
    remover: str | None = None
    missing: Callable[[Sequence[str]], Sequence[str]] = lambda _kinds: ()


#: A thing for whoever looks at its scans, files or removes one; raises Refused for callers whom they do not concern.
Find = Callable[[Principal, str], Awaitable[Subject]]


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """Where scans are handed in: the path of the things, the kinds of their papers, and who may do what.

    ``readers``, ``writers`` and ``overseers`` are what ``allow`` gives; ``guard`` keeps to divisions.
    """

    path: str
    tag: str
    kinds: type[StrEnum]
    readers: Any
    writers: Any
    overseers: Any
    guard: Callable[[str], Any]
    to_see: Find
    to_file: Find
    to_remove: Find


class ScanAnswer(Wire, frozen=True, kw_only=True):
    """A scan, without its content. ``sha256`` is of the content as it came."""

    scan_id: str
    kind: str
    media_type: str
    size_bytes: int
    sha256: str
    filed_by: str
    filed_at: datetime


class ScansAnswer(Wire, frozen=True):
    """The scans that are there, and the kinds of paper that are still needed."""

    scans: tuple[ScanAnswer, ...]
    missing: tuple[str, ...]


class RemovalBody(RequestBody, frozen=True):
    """Why the scan is wrong."""

    reason: Text


class ScanRemovedAnswer(Wire, frozen=True):
    """The scan that is gone."""

    scan_id: str


class ScanLookAnswer(Wire, frozen=True, kw_only=True):
    """Who opened a scan, and when."""

    look_id: str
    scan_id: str
    seen_by: str
    organisation: str | None
    roles: list[str]
    seen_at: datetime


def scans(runtime: Runtime, store: ScanStore, requests: Requests, desk: Desk) -> Router:
    """The routes of a desk's scans."""
    guard = desk.guard("subject_id")
    router = Router(prefix=f"{desk.path}/{{subject_id}}/scans", tags=[desk.tag], dependencies=[guard])
    doing, looks = commands.ScanCommands(runtime, store, requests), Reads(runtime)
    _add_writing(router, doing, requests, desk)
    _add_reading(router, doing, looks, desk)
    return router


def _add_writing(router: Router, doing: commands.ScanCommands, requests: Requests, desk: Desk) -> None:
    kinds, writer = desk.kinds, desk.writers

    @router.post("", status_code=201)
    async def file_scan(
        subject_id: str,
        caller: Annotated[Principal, writer],
        content: Annotated[bytes, upload(MEDIA_TYPES, SCAN_BYTES_MAX)],
        kind: Annotated[kinds, Query(description="Which paper it is")],  # type: ignore[valid-type]
        key: IdempotencyKey,
    ) -> Json[ScanAnswer]:
        """File the scan of a paper as the body: PDF, JPEG or PNG, which its content must be, whatever its name says.

        The same content as the same paper is one scan.
        """
        subject = await desk.to_file(caller, subject_id)
        sent = commands.Sent(subject_id=subject_id, person_id=subject.person_id, kind=str(kind), content=content)
        return answered(await doing.file(caller, requests.by(caller, key), sent))

    @router.post("/{scan_id}/removal")
    async def remove_scan(
        subject_id: str,
        scan_id: str,
        caller: Annotated[Principal, writer],
        command: Sent[RemovalBody],
        key: IdempotencyKey,
    ) -> Json[ScanRemovedAnswer]:
        """Remove a scan that is wrong, such as another person's card; its content is destroyed."""
        subject = await desk.to_remove(caller, subject_id)
        removal = RemoveScan(scan_id, subject.remover, command.reason)
        return answered(await doing.remove(requests.by(caller, key), subject_id, removal))


def _add_reading(router: Router, doing: commands.ScanCommands, looks: Reads, desk: Desk) -> None:
    reader, overseer = desk.readers, desk.overseers

    @router.get("")
    async def list_scans(subject_id: str, caller: Annotated[Principal, reader]) -> Json[ScansAnswer]:
        """List the scans that are there, and what is still missing."""
        subject = await desk.to_see(caller, subject_id)
        standing = (await doing.standing(subject_id)).standing.values()
        shown = tuple(ScanAnswer(**msgspec.structs.asdict(scan)) for scan in standing)
        return answer(ScansAnswer(shown, tuple(subject.missing([scan.kind for scan in shown]))))

    @router.get("/{scan_id}/content", responses={200: {"content": {kind: {} for kind in MEDIA_TYPES}}})
    async def download_scan(subject_id: str, scan_id: str, caller: Annotated[Principal, reader]) -> Response:
        """Download a scan. That the caller looked at it is written down first."""
        await desk.to_see(caller, subject_id)
        scan, content = await doing.open(caller, subject_id, scan_id)
        name = f"{scan.kind}-{scan.scan_id[:8]}.{ENDINGS[scan.media_type]}"
        headers = {**_SAFE, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=scan.media_type, headers=headers)

    @router.get("/looks")
    async def list_looks(
        subject_id: str,
        _caller: Annotated[Principal, overseer],
        page: ById,
    ) -> Json[Page[ScanLookAnswer]]:
        """List who opened scans of it, the newest look first."""
        found = await looks.many(ScanLookAnswer, _LOOKS_SQL, subject_id, after_of(page), page.limit + 1)
        return paged(found, page, "look_id")
