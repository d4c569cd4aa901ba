"""Commands of a filing: the hospital applies and endorses, the agency approves or rejects, both may cancel."""

from collections.abc import Callable

from kernel.http import Idempotency
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Decision
from referral.config import Config
from referral.referrals.domain.form import Form
from referral.referrals.domain.referral import DECIDER, Apply, Approve, Cancel, Command, Endorse, Event, Expire, Reject
from referral.referrals.domain.standing import Opinion, Standing
from referral.referrals.queries.referrals import ReferralQueries

_CREATED = 201


class ReferralCommands:
    """One method a command."""

    def __init__(self, runtime: Runtime, queries: ReferralQueries, requests: Requests, config: Config) -> None:
        self._runtime = runtime
        self._queries = queries
        self._requests = requests
        self._config = config

    async def apply(self, caller: Principal, key: Idempotency, form_of: Callable[[str], Form]) -> Answered:
        """File a form; ``form_of`` takes the new referral's id."""
        context = self._requests.by(caller, key)
        form = form_of(context.new_id("referral"))

        async def gather(_standing: Standing | None) -> Command:
            applicant = await self._queries.applicant(form.person_id)
            return Apply(form, applicant, context.today, self._config.emergency_days)

        return await self._runtime.path.gather(
            context, DECIDER, f"referral/{form.referral_id}", gather, _answer, status=_CREATED, new=True
        )

    async def endorse(
        self, caller: Principal, key: Idempotency, referral_id: str, opinion: Opinion, *, agreed: bool
    ) -> Answered:
        """The sending hospital agrees, or not."""
        context = self._requests.by(caller, key)
        return await self._move(context, referral_id, Endorse(_hospital(caller), agreed, opinion, context.today))

    async def approve(self, caller: Principal, key: Idempotency, referral_id: str, opinion: Opinion) -> Answered:
        """The agency approves, for as long as is configured."""
        context = self._requests.by(caller, key)
        return await self._move(context, referral_id, Approve(opinion, context.today, self._config.validity_days))

    async def reject(self, caller: Principal, key: Idempotency, referral_id: str, opinion: Opinion) -> Answered:
        """The agency rejects."""
        context = self._requests.by(caller, key)
        return await self._move(context, referral_id, Reject(opinion, context.today))

    async def cancel(
        self, caller: Principal, key: Idempotency, referral_id: str, reason: str, *, by_agency: bool
    ) -> Answered:
        """The sending hospital or the agency takes the referral back."""
        hospital_id = None if by_agency else _hospital(caller)
        return await self._move(self._requests.by(caller, key), referral_id, Cancel(hospital_id, reason))

    async def expire(self, caller: Principal, key: Idempotency, referral_id: str) -> Answered:
        """Close an approval whose last day is over."""
        context = self._requests.by(caller, key)
        return await self._move(context, referral_id, Expire(context.today))

    async def _move(self, context: CommandContext, referral_id: str, command: Command) -> Answered:
        path = self._runtime.path
        return await path.decide(context, DECIDER, f"referral/{referral_id}", command, _answer, contended=referral_id)


def _hospital(caller: Principal) -> str:
    assert caller.organisation is not None, "a hospital's token names the hospital"
    return caller.organisation


def _answer(decision: Decision[Standing | None, Event]) -> dict[str, object]:
    standing = decision.events[-1].standing
    return {
        "referral_id": standing.form.referral_id,
        "state": standing.state.value,
        "revision": standing.revision,
        "expires_on": standing.expires_on,
    }
