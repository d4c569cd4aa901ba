"""Commands about the keys with which departments' machines sign."""

from collections.abc import Sequence

from identity.feeds.domain.sender_keys import (
    DECIDER,
    EVERYWHERE,
    Command,
    ConfirmKey,
    RegisterKey,
    RevokeKey,
    SenderKey,
    State,
)
from identity.persons.domain.categories import Department
from kernel.http import Idempotency
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.security.signed_requests import key_id_of
from kernel.security.signing_keys import PublicKey, SigningKeyError
from kernel.values.refusals import Refused
from kernel.writing.command_path import Answered


class SenderKeyCommands:
    """The commands of /v1/feeds/{department}/keys."""

    def __init__(self, runtime: Runtime, requests: Requests) -> None:
        self._runtime = runtime
        self._requests = requests

    async def register(
        self,
        caller: Principal,
        key: Idempotency,
        department: Department,
        text: str,
        divisions: Sequence[str] | None,
    ) -> Answered:
        """Let a machine speak for a department. Raises Refused SENDER_KEY_MALFORMED, SENDER_KEY_KNOWN."""
        context = self._requests.by(caller, key)
        try:
            public = PublicKey.of_text(text)
        except SigningKeyError:
            raise Refused(
                "SENDER_KEY_MALFORMED", "a public key is written as name+id+key; `onestop checkpoint new-key` makes one"
            ) from None
        registered = SenderKey(
            key_id=key_id_of(public.name, public.id),
            department=department,
            divisions=None if divisions is None else tuple(divisions),
            public_key=public.text,
            registered_by=caller.subject,
            registered_at=context.now,
        )
        stream_id = f"sender-key/{registered.key_id}"
        return await self._runtime.path.decide(
            context, DECIDER, stream_id, RegisterKey(registered), lambda decision: decision.after, status=201
        )

    async def confirm(self, caller: Principal, key: Idempotency, department: Department, key_id: str) -> Answered:
        """Confirm a key. Raises Refused SENDER_KEY_UNKNOWN, DIVISION_FOREIGN, SENDER_KEY_SAME_PERSON."""
        return await self._change(caller, key, department, key_id, ConfirmKey)

    async def revoke(self, caller: Principal, key: Idempotency, department: Department, key_id: str) -> Answered:
        """Let a key count no more. Raises Refused SENDER_KEY_UNKNOWN, DIVISION_FOREIGN."""
        return await self._change(caller, key, department, key_id, RevokeKey)

    async def _change(
        self,
        caller: Principal,
        key: Idempotency,
        department: Department,
        key_id: str,
        kind: type[ConfirmKey | RevokeKey],
    ) -> Answered:
        """Change a key of whom the caller acts for: one that speaks for everywhere is nobody's of a county."""
        context = self._requests.by(caller, key)

        async def gather(state: State) -> Command:
            if state is not None and state.department is department:
                for division in state.divisions or EVERYWHERE:
                    caller.must_act_in(division)
            return kind(department, caller.subject, context.now)

        return await self._runtime.path.gather(
            context, DECIDER, f"sender-key/{key_id}", gather, lambda decision: decision.after
        )
