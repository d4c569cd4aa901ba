"""The course of one adjudication: what is left of the bill while the layers take their parts in order."""

from kernel.values.refusals import Refused
from law.claim import Claim
from law.figures import Figure, Missing, NoBenefit
from law.plan import Citation, LayerPlan
from law.trace import LayerTrace


class Course:
    """A running calculation. It lives inside one call of ``adjudicate`` and is never seen outside."""

    __slots__ = (
        "aid_wanted",
        "balances",
        "category",
        "cited",
        "claim",
        "entitled",
        "hospital_part",
        "left",
        "lessened",
        "taken",
    )

    def __init__(self, claim: Claim, category: str | None, balances: dict[str, int], cited: Citation) -> None:
        self.claim = claim
        self.category = category
        self.cited = cited
        self.balances = balances
        self.left = claim.total_fen
        #: What each payer has taken so far.
        self.taken: dict[str, int] = {}
        #: Payers whose layer the document grants to this person for this encounter.
        self.entitled: set[str] = set()
        #: Aid before it was cut at its yearly cap (needed by the reading ``over_cap_only``, AMB-E1).
        self.aid_wanted: dict[str, int] = {}
        #: What payers took who lessen the person's own compliant cost (AMB-C5).
        self.lessened = 0
        #: Cost outside the catalogue that the hospital bears.
        self.hospital_part = 0

    @property
    def compliant_own_fen(self) -> int:
        """Compliant cost that the insurances before leave, without excluded cost: P - BMI - CII (DOMAIN B5)."""
        claim = self.claim
        if claim.compliant_fen is None:
            raise Refused(
                "COMPLIANT_COST_MISSING",
                f"{self.cited.policy_id} works on the compliant cost (合规医疗费用); the claim must state it",
            )
        return max(0, claim.compliant_fen - self.lessened - claim.excluded_compliant_fen)

    def figure(self, plan: LayerPlan, table: str) -> Figure | NoBenefit:
        """A figure of a layer; raises Refused PARAMETER_MISSING, never guesses."""
        found = plan.figures[table]
        if isinstance(found, Missing):
            raise self._missing(found.name)
        return found

    def counter(self, plan: LayerPlan) -> str:
        """The accumulator that a layer is counted in; raises Refused PARAMETER_MISSING where the pack names none."""
        if plan.counted_in is None:
            raise self._missing(f"{plan.payer}.counted_in")
        return plan.counted_in

    def _missing(self, name: str) -> Refused:
        policy_id, claim = self.cited.policy_id, self.claim
        return Refused(
            "PARAMETER_MISSING",
            f"{policy_id}: no value of {name} is in force on {self.cited.on} for category "
            f"{self.category}, {claim.kind}, {claim.place}, level {claim.level}; configure it first",
            about={"parameter": name, "policy": policy_id},
        )

    def take(self, plan: LayerPlan, amount: int, *, clause: str | None = None, **details: object) -> LayerTrace:
        """Let a layer take its part of what is left, and note how it came to it."""
        assert 0 <= amount <= self.left, f"{plan.payer} takes {amount} of {self.left} fen"
        trace = LayerTrace(
            payer=plan.payer,
            method=plan.method,
            clause=f"{self.cited.cited_as} {clause or plan.clause}",
            amount_fen=amount,
            left_before_fen=self.left,
            funds=plan.funds,
            **details,  # type: ignore[arg-type]  # the fields of LayerTrace, checked by msgspec's constructor
        )
        self.left -= amount
        self.taken[plan.payer] = amount
        if plan.lessens_own_cost:
            self.lessened += amount
        return trace

    def count(self, accumulator: str, amount: int) -> tuple[int, int]:
        """Add to a yearly accumulator; gives its standing before and after."""
        before = self.balances.get(accumulator, 0)
        self.balances[accumulator] = before + amount
        return before, before + amount
