"""Printing over HTTP: the form in three copies, for the browser and as a PDF."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Final

import msgspec
from starlette.responses import HTMLResponse
from stdnum import exceptions as stdnum_exceptions
from stdnum.cn import ric

from kernel.http import ErrorCode, Pdf, RequestBody, Router, Sent, keyless, of_division
from kernel.http.free_texts import SEALED
from kernel.running.clock import Clock
from kernel.security import Principal
from kernel.security.holder_notes import NOTE_CHARACTERS_MAX, check_holder_note
from kernel.security.signed_notes import NoteError
from kernel.security.signing_keys import PublicKey
from kernel.values.refusals import Refused, conflict
from law.packs import PackLibrary
from referral.printing.api.html import html_of
from referral.printing.api.paper import COMPARED, NOT_COMPARED, Holder, Paper, paper_of
from referral.printing.api.pdf import pdf_of
from referral.referrals.domain.asked import form_at
from referral.referrals.queries.access import Reader, seen
from referral.referrals.queries.referrals import ReferralQueries

CODES: Final = (
    ErrorCode("ID_NUMBER_MALFORMED", 422, "The ID number is not one"),
    ErrorCode("HOLDER_DISAGREES", 409, "The name and the number are not both this person's"),
)

_SEXES: Final = {"MALE": "男", "FEMALE": "女"}
_NOTHING_WRITTEN: Final = [keyless("it prints what the window brings along, and keeps nothing")]


class HolderBody(RequestBody, frozen=True):
    """Who the form is about, as the window has it before it. Printed, and neither kept nor logged.

    ``note`` is what identity gave for the name and the number of the person (POST /v1/persons/{id}/holder-notes); the
    form says that they were compared. Without it the form says that they were not.
    Every field of the form is needed (001 附件); where one is not at hand, the empty form is filled in by hand.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=30), SEALED]
    id_number: Annotated[str, msgspec.Meta(min_length=18, max_length=18), SEALED]
    phone: Annotated[str, msgspec.Meta(min_length=5, max_length=20), SEALED]
    address: Annotated[str, msgspec.Meta(min_length=1, max_length=60), SEALED]
    card_number: Annotated[str, msgspec.Meta(min_length=1, max_length=30), SEALED]
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=NOTE_CHARACTERS_MAX), SEALED] | None = None


def printing(
    queries: ReferralQueries, clock: Clock, keys: Mapping[str, PublicKey] | None, library: PackLibrary
) -> Router:
    """The printing routes of /v1/referrals; ``keys`` are identity's, None where its word cannot be checked here."""
    of_referral = of_division("referral_id", queries.county_of)
    router = Router(prefix="/v1/referrals", tags=["printing"], dependencies=[of_referral])

    async def paper(caller: Principal, referral_id: str, holder: Holder, note: str | None = None) -> Paper:
        referral = await seen(queries, caller, referral_id)
        if note is not None:
            holder = compared(holder, note, referral.person_id, clock(), keys)
        form = form_at(library, referral.county, referral.signed_on)
        return paper_of(referral, holder, form, await queries.name_of(referral.receiving_hospital))

    @router.get("/{referral_id}/form")
    async def blank_form(referral_id: str, caller: Reader) -> HTMLResponse:
        """The form to print, with room for name and number to be filled in by hand."""
        return HTMLResponse(html_of(await paper(caller, referral_id, Holder())))

    @router.get("/{referral_id}/form.pdf")
    async def blank_pdf(referral_id: str, caller: Reader) -> Pdf:
        """The same as a PDF."""
        return await _pdf(await paper(caller, referral_id, Holder()), clock)

    @router.post("/{referral_id}/form", dependencies=_NOTHING_WRITTEN)
    async def filled_form(referral_id: str, caller: Reader, command: Sent[HolderBody]) -> HTMLResponse:
        """The form to print, with the person that the window knows."""
        return HTMLResponse(html_of(await paper(caller, referral_id, holder_of(command), command.note)))

    @router.post("/{referral_id}/form.pdf", dependencies=_NOTHING_WRITTEN)
    async def filled_pdf(referral_id: str, caller: Reader, command: Sent[HolderBody]) -> Pdf:
        """The same as a PDF."""
        return await _pdf(await paper(caller, referral_id, holder_of(command), command.note), clock)

    return router


def holder_of(command: HolderBody) -> Holder:
    """The person on the form; sex and birth month come from the ID number. Raises Refused ID_NUMBER_MALFORMED."""
    try:
        # The place in the first six digits is not checked: the public tables of division codes have gaps.
        number = ric.compact(command.id_number)
        born: date = ric.get_birth_date(number)
        if number[-1] != ric.calc_check_digit(number):
            raise stdnum_exceptions.InvalidChecksum
    except (stdnum_exceptions.ValidationError, ValueError):
        raise Refused("ID_NUMBER_MALFORMED", "the ID number is not one: its check character or its date") from None
    sex = _SEXES["MALE" if int(number[16]) % 2 else "FEMALE"]
    told = msgspec.structs.asdict(command) | {"id_number": number}
    del told["note"]
    return Holder(sex=sex, born=f"{born.year}年{born.month}月", compared=NOT_COMPARED, **told)


def compared(holder: Holder, note: str, person_id: str, now: datetime, keys: Mapping[str, PublicKey] | None) -> Holder:
    """The holder whom identity has compared with the applicant; raises Refused HOLDER_DISAGREES."""
    try:
        trusted = (keys or {}).values()
        check_holder_note(note, person_id, holder.id_number, holder.name, now=now, keys=trusted)
    except NoteError as error:
        raise conflict("HOLDER_DISAGREES", f"the form is not printed: {error}", person=person_id) from None
    return msgspec.structs.replace(holder, compared=COMPARED)


async def _pdf(paper: Paper, clock: Clock) -> Pdf:
    # Cutting the font takes about a second of one core; other requests go on meanwhile.
    content = await asyncio.to_thread(pdf_of, paper, clock())
    headers = {"Content-Disposition": f'inline; filename="referral-{paper.number}.pdf"'}
    return Pdf(content, headers=headers)
