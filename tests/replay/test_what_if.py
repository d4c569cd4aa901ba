"""A period decided again under another law: to the fen, and nothing half known shown as the whole."""

from datetime import date
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
import openpyxl
import pytest
from tests.command_line import onestop

from kernel.values.money import Rounding, divide
from kernel.values.refusals import Refused
from kernel.writing.database import administering
from law.packs import read_pack
from law.trace import LayerTrace
from onestop.what_if.deciding import Year
from onestop.what_if.question import Question
from onestop.what_if.run import what_if
from onestop.what_if.sums import totals
from settlement.event_types import REGISTRY

POLICIES: Final = Path(__file__).parent.parent.parent / "policies"
JIEYANG: Final = POLICIES / "445200-jieyang/2019-jieyibao-21.yaml"
PACK_ID: Final = "445200-jieyang/2019-jieyibao-21"
PERIOD: Final[dict[str, Any]] = {"since": date(2026, 11, 1), "until": date(2026, 11, 30)}
_Layers: TypeAlias = tuple[LayerTrace, ...]
_STANDING_SQL: Final = """
SELECT s.settlement_id, e.data->'adjudication'->>'layers' AS layers, e.data->'adjudication'->>'policy_id' AS policy
FROM settlement.settlements s
JOIN settlement.events e ON e.stream_id = 'encounter/' || s.encounter_id AND e.data->>'settlement_id' = s.settlement_id
WHERE e.type IN ('SettlementConfirmed', 'SettlementSupplemented')
  AND NOT EXISTS (SELECT FROM settlement.revocations r WHERE r.settlement_id = s.settlement_id)
ORDER BY e.version
"""


async def test_under_its_own_law_nothing_comes_out_otherwise(store: str) -> None:
    own = await what_if(store, Question(**PERIOD, pack_text=read_pack(JIEYANG).text))
    assert own.settlements > 60
    assert own.changed == 0
    assert all(row.difference_fen == 0 for row in own.rows)


async def test_a_lower_rate_comes_out_to_the_fen_however_many_work_on_it(store: str) -> None:
    text = read_pack(JIEYANG).text
    lower = text.replace('value: "80"', 'value: "70"')
    assert lower != text
    question = Question(**PERIOD, pack_text=lower)
    answer = await what_if(store, question, processes=1)
    assert await what_if(store, question, processes=2) == answer
    assert answer.changed > 10
    found = totals(answer.rows)
    assert sum(otherwise - before for before, otherwise in found.values()) == 0, "what a payer saves another one pays"
    assert found["MA"] == await _aid(store)


async def _aid(database: str) -> tuple[int, int]:
    """Medical assistance as it was paid, and at 70 % where it was 80 %; nobody here has a second bill at the limit."""
    async with administering(database) as connection:
        rows = await connection.fetch(_STANDING_SQL)
    last = {row["settlement_id"]: (row["policy"], msgspec.json.decode(row["layers"], type=_Layers)) for row in rows}
    layers = [(policy, layer) for policy, settled in last.values() for layer in settled if layer.payer == "MA"]
    otherwise = [
        _at_70(layer) if policy == PACK_ID and layer.percent == "80" else layer.amount_fen for policy, layer in layers
    ]
    return sum(layer.amount_fen for _, layer in layers), sum(otherwise)


def _at_70(layer: LayerTrace) -> int:
    assert layer.base_fen is not None
    asked = divide(layer.base_fen * 7, 10, Rounding.HALF_UP)
    return asked if layer.asked_fen == layer.amount_fen else min(asked, layer.amount_fen)


async def test_what_moved_a_year_beside_its_settlements_moves_the_other_one_as_much(store: str) -> None:
    async with administering(store) as connection:
        data = await connection.fetchval(
            "SELECT data::text FROM settlement.events WHERE type = 'SettlementConfirmed' ORDER BY pos LIMIT 1"
        )
        version = await connection.fetchval(
            "SELECT schema_version FROM settlement.events WHERE type = 'SettlementConfirmed' ORDER BY pos LIMIT 1"
        )
    event: Any = REGISTRY.decode("SettlementConfirmed", version, data)

    def settled(area: str, before: int, after: int) -> Any:
        came = msgspec.structs.replace(event.adjudication, before_fen={"x": before}, after_fen={"x": after})
        return msgspec.structs.replace(event, area=area, adjudication=came)

    year, first = Year(), settled("445200", 0, 100)
    assert year.before(first) == {"x": 0}
    year.note(first, settled("445200", 0, 70).adjudication)
    # A bill elsewhere has a year of its own, and this one's is not forgotten for it.
    elsewhere = settled("430000", 5, 6)
    assert year.before(elsewhere) == {"x": 5}
    year.note(elsewhere, elsewhere.adjudication)
    assert year.before(settled("445200", 100, 200)) == {"x": 70}
    assert year.before(settled("445200", 140, 200)) == {"x": 110}, "40 were taken over meanwhile"
    assert year.before(settled("445200", 20, 200)) == {"x": 0}, "80 went: no year stands below nothing"


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        ({"since": date(2026, 12, 1), "until": date(2026, 11, 1)}, "PERIOD_BACKWARDS", "say the first day first"),
        ({"since": date(2011, 1, 1), "until": date(2011, 1, 2)}, "NOTHING_SETTLED", "from 2011-01-01 to 2011-01-02"),
        ({"readings": {"E99": "x"}}, "READING_UNKNOWN", "no law that was settled by asks E99"),
        ({"readings": {"E2": "per_month"}}, "READING_UNKNOWN", "E2 cannot be read as 'per_month'"),
        ({"configured": {"joint_cap": "1.00"}}, "FIGURE_UNKNOWN", "no joint_cap open; it leaves open .*joint_cap_yuan"),
        (
            {"configured": {"joint_cap_yuan": "1,00"}},
            "FIGURE_MALFORMED",
            "joint_cap_yuan=1,00 is not an amount in yuan",
        ),
        ({"configured": {"joint_cap_yuan": "-1.00"}}, "FIGURE_MALFORMED", "joint_cap_yuan=-1.00 is out of range"),
    ],
)
async def test_a_question_without_an_answer_is_refused(store: str, asked: dict[str, Any], code: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        await what_if(store, Question(**{**PERIOD, **asked}))
    assert refused.value.code == code


async def test_a_law_of_a_place_where_nothing_was_settled_is_refused(store: str) -> None:
    other = read_pack(next((POLICIES).glob("430000-*/*-[0-9]*.yaml"))).text
    with pytest.raises(Refused) as refused:
        await what_if(store, Question(**PERIOD, pack_text=other))
    assert refused.value.code == "NOTHING_TO_COMPARE"


async def test_a_figure_that_the_other_law_leaves_open_is_said_and_counts(store: str, tmp_path: Path) -> None:
    at = ("what-if", "--database", store, "--from", "2026-11-01", "--to", "2026-11-30", "--reading", "E4=joint")
    sums = {}
    for cap in ("99999999.00", "1000.00"):
        file = tmp_path / f"{cap}.json"
        done = await onestop(*at, "--configure", f"joint_cap_yuan={cap}", "--out", str(file))
        assert done.exit_code == 0, done.output
        answer = msgspec.json.decode(file.read_bytes())
        sums[cap] = answer["changed"], sum(row["difference_fen"] for row in answer["rows"] if row["payer"] == "MA")
    assert sums["99999999.00"] == (0, 0), "a limit that nobody reaches"
    assert sums["1000.00"][0] > 0
    assert sums["1000.00"][1] < 0, "one over both that many reach"
    none = await onestop(*at)
    assert (none.exit_code, "joint_cap_yuan" in none.output) == (1, True), "the other law cannot do without"


async def test_at_the_terminal_it_is_a_table_and_a_workbook(store: str, tmp_path: Path) -> None:
    at = ("what-if", "--database", store, "--from", "2026-11-01", "--to", "2026-11-30", "--reading", "E2=per_stay")
    book, plain = tmp_path / "otherwise.xlsx", tmp_path / "otherwise.json"
    for path in (book, plain):
        done = await onestop(*at, "--out", str(path))
        assert done.exit_code == 0, done.output
    rows = msgspec.json.decode(plain.read_bytes())["rows"]
    sheet = openpyxl.load_workbook(book).active
    assert [cell.value for cell in sheet[3]][:4] == ["月份", "参保县", "医院", "人员类别"]
    assert sheet.max_row == 3 + len(rows)
    last = [cell.value for cell in sheet[sheet.max_row]]
    assert last[:4] == [rows[-1][name] for name in ("month", "county", "hospital_id", "group")]
    assert round(last[9] * 100) == rows[-1]["difference_fen"]
    wrong = await onestop(*at, "--out", str(tmp_path / "otherwise.csv"))
    assert (wrong.exit_code, "none of .json, .xlsx and .parquet" in wrong.output) == (1, True)


async def test_a_law_that_asks_what_a_claim_lacks_refuses_and_says_so_unless_those_are_left_out(store: str) -> None:
    other = read_pack(next(POLICIES.glob("430000-*/*-[0-9]*.yaml"))).text.replace("430000", "445200")
    with pytest.raises(Refused, match="the other law cannot decide") as refused:
        await what_if(store, Question(**PERIOD, pack_text=other))
    assert refused.value.code == "OTHER_LAW_REFUSES"
    rest = await what_if(store, Question(**PERIOD, pack_text=other, leave_out=True))
    assert sum(one.settlements for one in rest.refused) > 0
    assert rest.settlements + sum(one.settlements for one in rest.refused) > 60
