"""Commands of a filing: the hospital applies and endorses, the agency approves or rejects, both may cancel."""

from collections.abc import Callable

import msgspec

from kernel.running.runtime import Runtime
from kernel.running.scans.commands import stream_of
from kernel.running.scans.domain import decider_of
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Decision
from referral.config import Config
from referral.referrals.domain.asked import Asked, asked_of, rule_at
from referral.referrals.domain.commands import Apply, Approve, Cancel, Command, Endorse, Expire, Reject
from referral.referrals.domain.contract import check_contract, check_local
from referral.referrals.domain.form import Form
from referral.referrals.domain.referral import DECIDER, Event
from referral.referrals.domain.standing import Opinion, Standing
from referral.referrals.queries.referrals import ReferralQueries


class ReferralCommands:
    """One method a command."""

    def __init__(self, runtime: Runtime, queries: ReferralQueries, config: Config) -> None:
        self._runtime = runtime
        self._queries = queries
        self._config = config

    async def apply(self, context: CommandContext, form_of: Callable[[str], Form]) -> Answered:
        """File a form; ``form_of`` takes the new referral's id."""
        form = form_of(context.new_id("referral"))

        async def gather(_standing: Standing | None) -> Command:
            applicant = await self._queries.applicant(form.person_id)
            contract = await self._queries.contract_of(form.sending_hospital)
            check_contract(form.sending_hospital, contract, form.signed_on)
            if applicant is not None:
                division = await self._queries.division_of(form.sending_hospital)
                check_local(form.sending_hospital, division, applicant.county)
            asked = self._asked(None if applicant is None else applicant.county, form)
            return Apply(form, applicant, context.today, self._config.emergency_days, asked)

        return await self._runtime.path.gather(
            context, DECIDER, f"referral/{form.referral_id}", gather, _answer, status=201, new=True
        )

    async def approve(self, context: CommandContext, referral_id: str, opinion: Opinion) -> Answered:
        """The agency approves, for as long as is configured."""

        async def gather(standing: Standing | None) -> Command:
            asked = Asked() if standing is None else self._asked(standing.county, standing.form)
            _, scans = await self._runtime.path.standing(decider_of(referral_id), stream_of(referral_id))
            return Approve(
                opinion=opinion,
                today=context.today,
                validity_days=self._config.validity_days,
                grace_days=self._config.grace_days,
                asked=asked,
                scans=tuple(scan.kind for scan in scans.standing.values()),
            )

        return await self._runtime.path.gather(
            context, DECIDER, f"referral/{referral_id}", gather, _answer, contended=referral_id
        )

    async def decide(
        self, context: CommandContext, referral_id: str, command: Endorse | Reject | Cancel | Expire
    ) -> Answered:
        """Whatever else an office does about a form that was filed."""
        if isinstance(command, Endorse | Reject):
            command = msgspec.structs.replace(command, grace_days=self._config.grace_days)
        path = self._runtime.path
        return await path.decide(context, DECIDER, f"referral/{referral_id}", command, _answer, contended=referral_id)

    def _asked(self, county: str | None, form: Form) -> Asked:
        return asked_of(rule_at(self._config.library, county, form.signed_on))


def _answer(decision: Decision[Standing | None, Event]) -> dict[str, object]:
    standing = decision.events[-1].standing
    return {
        "referral_id": standing.form.referral_id,
        "state": standing.state.value,
        "revision": standing.revision,
        "expires_on": standing.expires_on,
    }
