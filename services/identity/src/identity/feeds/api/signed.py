"""A department's machine in the place of a token: its request is signed. And the keys with which machines sign."""

from typing import Annotated

import msgspec
from fastapi import Depends
from starlette.requests import Request
from typing_extensions import override

from identity.feeds.api.callers import Judge, Reader, own_or_any
from identity.feeds.commands.sender_keys import SenderKeyCommands
from identity.feeds.domain.sender_keys import EVERYWHERE
from identity.feeds.queries.sender_keys import KeyAnswer, SenderKeys
from identity.persons.domain.categories import department_of
from kernel.http import IdempotencyKey, Json, RequestBody, Router, Sent, allow, answer, answered
from kernel.http.fields import DivisionCode
from kernel.http.guard import Allow
from kernel.security import Principal, Role
from kernel.security.signed_requests import SIGNATURE

Registrar = Annotated[Principal, allow(Role.AGENCY, by_division=True)]


class AllowSigned(Allow):
    """Lets in whoever has a token of the roles, and the machine of a department that has signed the request."""

    @override
    async def caller(self, request: Request) -> Principal:
        if SIGNATURE not in request.headers:
            return await super().caller(request)
        keys: SenderKeys = request.app.state.sender_keys
        return await keys.caller(request)


SignedSender = Annotated[Principal, Depends(AllowSigned((Role.DEPARTMENT, Role.AGENCY), by_division=True))]
SignedReader = Annotated[
    Principal, Depends(AllowSigned((Role.DEPARTMENT, Role.AGENCY, Role.OPERATIONS), by_division=True))
]


class KeyBody(RequestBody, frozen=True):
    """A machine's public key as `onestop checkpoint new-key` prints it, and for which divisions it speaks."""

    public_key: Annotated[str, msgspec.Meta(min_length=20, max_length=300)]
    divisions: Annotated[tuple[DivisionCode, ...], msgspec.Meta(max_length=100)] | None = None


class KeyNameBody(RequestBody, frozen=True):
    """Which key, as it is listed."""

    key_id: Annotated[str, msgspec.Meta(min_length=3, max_length=200)]


def sender_keys(commands: SenderKeyCommands, keys: SenderKeys) -> Router:
    """The routes of /v1/feeds/{department}/keys."""
    router = Router(prefix="/v1/feeds", tags=["feeds"])

    @router.post("/{department}/keys", status_code=201)
    async def register_key(
        department: str, caller: Registrar, command: Sent[KeyBody], key: IdempotencyKey
    ) -> Json[KeyAnswer]:
        """Let a machine that signs with this key speak for a department, on the department's paper."""
        divisions = command.divisions or (None if caller.divisions is None else tuple(sorted(caller.divisions)))
        for division in divisions or ():
            caller.must_act_in(division)
        own = department_of(department)
        return answered(await commands.register(caller, key, own, command.public_key, divisions))

    @router.post("/{department}/keys/confirmation")
    async def confirm_key(
        department: str, caller: Judge, command: Sent[KeyNameBody], key: IdempotencyKey
    ) -> Json[KeyAnswer]:
        """Confirm that a key is the department's own system's: another person than who registered it.

        Where the installation names the department as a machine feed, what it signs is approved beforehand from now on.
        """
        return answered(await commands.confirm(caller, key, own_or_any(caller, department), command.key_id))

    @router.post("/{department}/keys/revocation")
    async def revoke_key(
        department: str, caller: Judge, command: Sent[KeyNameBody], key: IdempotencyKey
    ) -> Json[KeyAnswer]:
        """Let a key count no more: the department itself, or the agency."""
        return answered(await commands.revoke(caller, key, own_or_any(caller, department), command.key_id))

    @router.get("/{department}/keys")
    async def list_keys(department: str, caller: Reader) -> Json[list[KeyAnswer]]:
        """A department's keys with who registered, who confirmed and who revoked them."""
        found = await keys.of_department(own_or_any(caller, department))
        return answer([one for one in found if all(map(caller.acts_in, one.divisions or EVERYWHERE))])

    return router
