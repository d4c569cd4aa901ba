"""Commands of the monthly comparison: compare, and push."""

from datetime import date

from identity.comparison.domain.comparison import (
    DECIDER,
    ComparisonMade,
    MakeComparison,
    PushComparison,
    State,
    due_on,
    figures_of,
)
from identity.comparison.queries.comparison import ComparisonQueries, Lists
from identity.comparison.queries.payment_lists import PaymentListQueries
from kernel.http import Idempotency
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.divisions import prefix_of
from kernel.writing.command_path import Answered
from law.packs import PackLibrary


class ComparisonCommands:
    """Commands of the comparison, one method each."""

    def __init__(self, runtime: Runtime, library: PackLibrary, requests: Requests, *, tells_pushes: bool) -> None:
        self._runtime = runtime
        self._library = library
        self._requests = requests
        self._queries = ComparisonQueries(runtime)
        self._payment_lists = PaymentListQueries(runtime)
        self._tells_pushes = tells_pushes

    async def compare(self, caller: Principal, key: Idempotency, area: str, month: str) -> Answered:
        """Compare the lists of an area as they stand today, and keep the figures.

        With the newest payment list of the month that speaks for the whole area; where there is none, the enrolments
        here stand for it.
        """
        context = self._requests.by(caller, key)
        comparison_id, today = context.new_id("comparison"), context.today

        async def gather(_state: State) -> MakeComparison:
            list_id = await self._payment_lists.counting(area, month)
            lists = Lists(prefix_of(area), today, int(month[:4]), list_id)
            made = ComparisonMade(
                comparison_id=comparison_id,
                area=area,
                month=month,
                compared_on=today,
                due_on=self._due_on(area, month, today),
                figures=figures_of(await self._queries.counts(lists)),
                made_by=caller.subject,
                payment_list_id=list_id,
            )
            return MakeComparison(made)

        body = {"comparison_id": comparison_id}
        stream_id = f"comparison/{comparison_id}"
        return await self._runtime.path.gather(context, DECIDER, stream_id, gather, lambda _: body, status=201)

    async def push(self, caller: Principal, key: Idempotency, comparison_id: str) -> Answered:
        """Push a comparison's result to the areas below."""
        context = self._requests.by(caller, key)
        command = PushComparison(caller.subject, context.today, self._tells_pushes)
        body = {"comparison_id": comparison_id}
        return await self._runtime.path.decide(context, DECIDER, f"comparison/{comparison_id}", command, lambda _: body)

    def _due_on(self, area: str, month: str, today: date) -> date | None:
        policies = self._library.candidates(area, today)
        return next((due for policy in policies if (due := due_on(policy, month)) is not None), None)
