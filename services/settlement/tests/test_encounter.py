"""What an encounter allows: given what happened, when asked, then this."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kernel.testing.specification import given
from law import Membership, Standing
from law.packs import Policy, load_library
from law.standing import Enrolment
from settlement.encounters.domain.benefit_year import BenefitYear
from settlement.encounters.domain.commands import Admit, Discharge, Presented, Revoke, Settle, UploadFees, VoidFees
from settlement.encounters.domain.encounter import DECIDER
from settlement.encounters.domain.entitlement import Arrival
from settlement.encounters.domain.events import (
    EncounterAdmitted,
    EncounterDischarged,
    FeeBatchVoided,
    FeeLinesUploaded,
    SettlementConfirmed,
    SettlementRevoked,
)
from settlement.encounters.domain.fees import FeeLine, FeeSums
from settlement.institutions.domain import Institution
from settlement.people.domain import Who

POLICIES = Path(__file__).parent.parent.parent.parent / "policies"
DAY, TODAY = date(2019, 8, 10), date(2019, 8, 20)
NOW = datetime(2019, 8, 20, 9, 0, tzinfo=UTC)
DIBAO = Standing(
    (Membership(category="DIBAO", valid_from=date(2019, 1, 1)),),
    (Enrolment("RESIDENT", 2019, date(2019, 1, 1), date(2019, 1, 1)),),
)
HOSPITAL = Institution(
    hospital_id="H1", name="示范医院", level="county", division="445202", contract_from=date(2019, 1, 1)
)
LINE = FeeLine(item="床位", amount_fen=100_000, cost_class="compliant")
ADMITTED = EncounterAdmitted(
    encounter_id="E1",
    person_id="P1",
    hospital_id="H1",
    kind="inpatient",
    admitted_on=DAY,
    county="445202",
    area="445200",
    deposit_required=False,
    category="DIBAO",
    clause="004 六",
)
UPLOADED = FeeLinesUploaded("E1", 1, (LINE,), FeeSums(compliant_fen=100_000, lines=1))
DISCHARGED = EncounterDischarged(encounter_id="E1", discharged_on=TODAY)
BILL = (ADMITTED, UPLOADED, DISCHARGED)
PRESENTED = Presented({"BMI": 60_000, "CII": 0})


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_library(POLICIES).in_force("445202", TODAY)


def admit(policy: Policy, **changes: Any) -> Admit:
    command = Admit(
        encounter_id="E1",
        person_id="P1",
        arrival=Arrival(kind="inpatient", place="in_county", on=DAY, institution=HOSPITAL),
        today=TODAY,
        county="445202",
        standing=DIBAO,
        policies=(policy,),
    )
    return msgspec.structs.replace(command, **changes)


def arriving(**changes: Any) -> Arrival:
    return msgspec.structs.replace(
        Arrival(kind="inpatient", place="in_county", on=DAY, institution=HOSPITAL), **changes
    )


def settle(policy: Policy, **changes: Any) -> Settle:
    command = Settle(
        settlement_id="S1",
        presented=PRESENTED,
        now=NOW,
        county="445202",
        institution=HOSPITAL,
        who=Who(DIBAO),
        policies=(policy,),
        benefit_year=benefit_year({"aid_in": 5_990_000}, 3, "S0"),
    )
    return msgspec.structs.replace(command, **changes)


def benefit_year(balances_fen: dict[str, int], version: int, latest: str) -> BenefitYear:
    return BenefitYear(
        person_id="P1",
        area="445200",
        year=2019,
        balances_fen=balances_fen,
        version=version,
        latest_settlement=latest,
    )


def settled(policy: Policy) -> SettlementConfirmed:
    event = given(DECIDER, BILL).when(settle(policy)).events[0]
    assert isinstance(event, SettlementConfirmed)
    return event


def test_the_entitled_are_admitted_without_a_deposit(policy: Policy) -> None:
    event = given(DECIDER).when(admit(policy)).events[0]
    assert isinstance(event, EncounterAdmitted)
    assert (event.deposit_required, event.category) == (False, "DIBAO")
    assert event.clause is not None
    assert event.clause.startswith("004 六")


def test_others_may_be_asked_for_one(policy: Policy) -> None:
    event = given(DECIDER).when(admit(policy, standing=Standing())).events[0]
    assert isinstance(event, EncounterAdmitted)
    assert (event.deposit_required, event.category, event.clause) == (True, None, None)


def test_a_visit_ends_on_the_day_it_begins(policy: Policy) -> None:
    events = given(DECIDER).when(admit(policy, arrival=arriving(kind="outpatient"))).events
    assert events[1] == EncounterDischarged(encounter_id="E1", discharged_on=DAY)


def test_nobody_is_admitted_tomorrow(policy: Policy) -> None:
    given(DECIDER).when(admit(policy, arrival=arriving(on=date(2019, 8, 21)))).then_refused("DATE_IN_FUTURE")


def test_fees_are_added_up_by_class() -> None:
    lines = (
        LINE,
        FeeLine(item="乙类", amount_fen=1, cost_class="self_pay_first"),
        FeeLine(item="事故", amount_fen=5, cost_class="compliant", excluded=True),
    )
    sums = FeeSums(compliant_fen=100_005, self_pay_first_fen=1, excluded_fen=5, excluded_compliant_fen=5, lines=3)
    given(DECIDER, [ADMITTED]).when(UploadFees(lines, TODAY)).then(FeeLinesUploaded("E1", 1, lines, sums))


def test_a_batch_is_voided_once_and_leaves_nothing(policy: Policy) -> None:
    past = [ADMITTED, UPLOADED, FeeBatchVoided("E1", 1, UPLOADED.sums), DISCHARGED]
    given(DECIDER, past).when(VoidFees(1)).then_refused("FEE_BATCH_UNKNOWN")
    given(DECIDER, past).when(settle(policy)).then_refused("NO_FEES")


def test_a_fee_line_below_zero_is_refused() -> None:
    given(DECIDER, [ADMITTED]).when(
        UploadFees((FeeLine(item="x", amount_fen=-1, cost_class="compliant"),), TODAY)
    ).then_refused("NEGATIVE_AMOUNT")


@pytest.mark.parametrize(
    ("day", "code"), [(date(2019, 8, 9), "DATES_OUT_OF_ORDER"), (date(2019, 8, 21), "DATE_IN_FUTURE")]
)
def test_a_discharge_comes_after_admission_and_not_in_the_future(day: date, code: str) -> None:
    given(DECIDER, [ADMITTED]).when(Discharge(discharged_on=day, today=TODAY)).then_refused(code)


def test_nobody_is_discharged_twice() -> None:
    given(DECIDER, BILL).when(Discharge(discharged_on=TODAY, today=TODAY)).then_refused("ENCOUNTER_NOT_ADMITTED")


def test_a_settlement_carries_all_that_it_rested_on(policy: Policy) -> None:
    event = settled(policy)
    # 80 percent of 400.00 is 320.00, but only 100.00 are left of the yearly 60,000 (004 三(二)2(2)).
    assert [(layer.payer, layer.amount_fen) for layer in event.adjudication.layers] == [
        ("BMI", 60_000),
        ("CII", 0),
        ("MA", 10_000),
        ("MASEC", 0),
    ]
    assert event.adjudication.patient_pays_fen == 30_000
    assert event.adjudication.before_fen["aid_in"] == 5_990_000
    assert event.adjudication.after_fen["aid_in"] == 6_000_000
    assert (event.benefit_year_version, event.previous_settlement) == (4, "S0")
    assert event.policy_digest == policy.pack.digest
    assert event.standing == DIBAO


def test_settling_needs_a_discharge(policy: Policy) -> None:
    given(DECIDER, BILL[:2]).when(settle(policy)).then_refused("ENCOUNTER_NOT_DISCHARGED")


def test_the_stated_total_must_be_the_sum_of_the_lines(policy: Policy) -> None:
    stated = msgspec.structs.replace(PRESENTED, stated_total_fen=100_001)
    given(DECIDER, BILL).when(settle(policy, presented=stated)).then_refused("TOTAL_MISMATCH")


def test_a_settled_encounter_is_not_settled_again(policy: Policy) -> None:
    given(DECIDER, [*BILL, settled(policy)]).when(settle(policy)).then_refused("ALREADY_SETTLED")


def test_a_contract_that_has_ended_withholds_the_aid(policy: Policy) -> None:
    ended = msgspec.structs.replace(HOSPITAL, contract_to=date(2018, 12, 31))
    event = given(DECIDER, BILL).when(settle(policy, institution=ended)).events[0]
    assert isinstance(event, SettlementConfirmed)
    aid = next(layer for layer in event.adjudication.layers if layer.payer == "MA")
    assert (aid.amount_fen, aid.flags) == (0, ("EXCLUDED",))


def test_a_revocation_gives_back_the_year_and_the_encounter(policy: Policy) -> None:
    year = benefit_year({}, 4, "S1")
    past = [*BILL, settled(policy)]
    revoke = Revoke(settlement_id="S1", reason="错误", now=NOW, benefit_year=year, before="S0")
    event = given(DECIDER, past).when(revoke).events[0]
    assert isinstance(event, SettlementRevoked)
    assert (event.refund_to_patient_fen, event.latest_settlement, event.benefit_year_version) == (30_000, "S0", 5)
    assert event.balances_fen["aid_in"] == 5_990_000
    given(DECIDER, [*past, event]).when(revoke).then_refused("SETTLEMENT_NOT_IN_FORCE")
    assert given(DECIDER, [*past, event]).when(settle(policy, settlement_id="S2")).events


def test_only_the_latest_settlement_is_revoked(policy: Policy) -> None:
    later = benefit_year({}, 5, "S9")
    past = [*BILL, settled(policy)]
    given(DECIDER, past).when(Revoke(settlement_id="S1", reason="错误", now=NOW, benefit_year=later)).then_refused(
        "NOT_THE_LATEST_SETTLEMENT"
    )
