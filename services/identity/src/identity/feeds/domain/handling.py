"""Whether three people handled what a batch says of somebody, where that person's place asks for it (004 七(四))."""

from datetime import date

import msgspec

from identity.feeds.domain.batch import Batch, Course
from identity.intake.domain import row_refused
from identity.persons.domain.approval import ApprovalRules
from identity.persons.domain.categories import Department
from kernel.values.china_time import china_date


class Handling(msgspec.Struct, frozen=True, kw_only=True):
    """Who stands behind a batch. The rows say where its people live; what a list says of its own area does not count.

    Three people who handled a list are those of its area: nobody of another county looked at a row about that one.
    """

    rules: ApprovalRules
    department: Department
    on: date
    by_three: bool
    by_machine: bool

    def check(self, county: str, *, outside: bool, lives: str | None = None) -> None:
        """Refuse a row about a ``county`` that asks for three people, where they did not handle it.

        ``outside`` says that the county lies outside the list's area. ``lives`` is where the person is registered: who
        is moved away from such a county is changed, too. Raises Refused ROW_APPROVAL_MISSING.
        """
        if self._asks(county) and (outside or not self.by_three):
            raise _approval_missing(county)
        if lives is not None and self._asks(lives) and not self.by_three:
            raise _approval_missing(lives)

    def _asks(self, county: str) -> bool:
        return self.rules.needs_approval(self.department, [county], self.on, by_machine=self.by_machine)


def handling_of(batch: Batch, rules: ApprovalRules) -> Handling:
    """Who stands behind a batch; a dry run says what would become of its rows once they had handled it."""
    on, by_machine = china_date(batch.received_at), bool(batch.machine)
    would_be = batch.course is Course.TRIAL and rules.needs_approval(
        batch.department, batch.areas, on, by_machine=by_machine
    )
    return Handling(
        rules=rules,
        department=batch.department,
        on=on,
        by_three=bool(batch.approval) or would_be,
        by_machine=by_machine,
    )


def _approval_missing(county: str) -> Exception:
    return row_refused(
        "ROW_APPROVAL_MISSING",
        f"{county} 的人员信息须经录入、审核、审批三人办理，请按该县区的名单报送",
        f"three people handle what is said of people of {county}: send the row in a list of that county",
    )
