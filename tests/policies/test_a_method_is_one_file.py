"""A method is one file and a line in the register: a made-up one is planted, and a made-up law settles by it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parent.parent.parent
METHOD: Final = '''"""Share of rest: a made-up method for a test."""

from collections.abc import Iterator, Mapping
from typing import Literal, get_args

from typing_extensions import override

from kernel.values.money import Rounding, divide
from law.course import Course
from law.figures import NoBenefit
from law.methods.declared import Choice, Table
from law.methods.layer import Layer
from law.methods.sentences import yuan
from law.plan import LayerPlan
from law.rows import Row
from law.trace import LayerTrace

_Of = Literal["rest", "total"]


class ShareOfRest(Layer, tag="share_of_rest", frozen=True, kw_only=True):
    """Pays a share of what is left of the bill."""

    share_percent: tuple[Row, ...]
    paid_in: str
    of: _Of = "rest"

    TABLES = (Table("share_percent", "份额 share"),)
    CHOICES = (
        Choice(
            ambiguity="Z1",
            parameter="of",
            readings=get_args(_Of),
            asks="A share of what?",
            otherwise="of the whole bill",
        ),
    )
    DESCRIPTION = "A share of what the payers before it leave, rounded down."

    @override
    def work_out(self, course: Course, plan: LayerPlan) -> LayerTrace:
        share = course.figure(plan, "share_percent")
        if isinstance(share, NoBenefit):
            return course.take(plan, 0, clause=share.clause, flags=("NO_BENEFIT",))
        base = course.left if self.of == "rest" else course.claim.total_fen
        amount = min(divide(base * share.numerator, share.denominator, Rounding.DOWN), course.left)
        before, after = course.count(self.paid_in, amount)
        counted = {"accumulator": self.paid_in, "before_fen": before, "after_fen": after}
        return course.take(plan, amount, clause=share.clause, base_fen=base, percent=share.text, **counted)

    @override
    def accumulators(self) -> Iterator[tuple[str, str]]:
        yield "paid_in", self.paid_in

    @override
    def faults(self, before: object) -> Iterator[tuple[str, str]]:
        if not before:
            yield "method", "somebody must pay before a share of the rest is taken"

    @override
    def facts(self) -> Iterator[str]:
        yield f"what it paid is added up in `{self.paid_in}`"

    @override
    def reason(self, trace: LayerTrace) -> str:
        return f"按 {yuan(trace.base_fen)} 元的 {trace.percent}% 计算。"

    @override
    def remains(self, trace: LayerTrace, after_fen: Mapping[str, int]) -> Iterator[str]:
        yield f"今年{self.name}一共付了 {yuan(after_fen[self.paid_in])} 元。"
'''
PACK: Final = """
pack: 999999-made-up/2020-made-up-1
region: made-up
division: "999999"
name: 某县
document: {number: 某〔2020〕1号, title: 虚构, issuer: 某县, issued: 2020-01-01, cited_as: "999"}
in_force_from: 2020-01-01
population: {clause: 第一条, categories: [{code: POOR, name: 困难居民, clause: 第一条}]}
accumulators: [{name: shared, adds: what the share came to, clause: 第三条}]
funds:
- {code: BMI, name: 基本医保, owner: 某县, purposes: [BMI], clause: 第二条}
- {code: SHARE, name: 份额, owner: 某县, purposes: [SHARE], clause: 第三条}
readings: [{ambiguity: Z1, value: rest, why: the sentence before speaks of it}]
layers:
- {method: given, payer: BMI, name: 基本医保, clause: 第二条}
- method: share_of_rest
  payer: SHARE
  name: 份额救助
  clause: 第三条
  paid_in: shared
  share_percent: [{values: [{from: 2020-01-01, value: "50", clause: 第三条}]}]
"""
#: What is done with the pack beside the planted method; the results are printed as JSON.
PLAY: Final = """
import json
import sys
from datetime import date
from pathlib import Path

import msgspec

from law import Claim, Membership, Standing, adjudicate, statement
from law.packs import PackError, Policy, parse_pack, reread
from law.packs.model import PackFile
from workbench.policy.pages import page

text = sys.stdin.read()
pack, day = parse_pack(text, "made-up.yaml"), date(2020, 3, 1)
claim = Claim(kind="inpatient", discharged_on=day, total_fen=100_00, given_fen={"BMI": 40_00})
standing = Standing((Membership(category="POOR", valid_from=date(2015, 1, 1)),))
result = adjudicate(claim, standing, {"shared": 1_00}, Policy(pack, day))
other = adjudicate(claim, standing, {}, Policy(reread(pack, {"Z1": "total"}), day))
try:
    parse_pack(text.replace("paid_in: shared", "paid_in: unheard_of"), "broken.yaml")
    fault = ""
except PackError as error:
    fault = str(error)
print(json.dumps({
    "result": msgspec.to_builtins(result),
    "other_fen": other.patient_pays_fen,
    "statement": statement(result, claim, pack.file),
    "page": page(pack, Path("nowhere.yaml")),
    "schema": "ShareOfRest" in msgspec.json.schema(PackFile)["$defs"],
    "fault": fault,
}))
"""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What comes of the made-up law in a copy of ``law`` with the method planted."""
    copy = tmp_path_factory.mktemp("planted")
    shutil.copytree(ROOT / "shared/src/law", copy / "law")
    methods = copy / "law/methods"
    (methods / "share_of_rest.py").write_text(METHOD, encoding="utf-8")
    register = (methods / "register.py").read_text(encoding="utf-8")
    register = register.replace("\nAnyLayer = (\n", "\nAnyLayer = (\n    ShareOfRest |\n")
    register = register.replace(
        "from law.methods.layer", "from law.methods.share_of_rest import ShareOfRest\nfrom law.methods.layer"
    )
    (methods / "register.py").write_text(register, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", PLAY],
        input=PACK,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | {"PYTHONPATH": str(copy), "PYTHONIOENCODING": "utf-8"},
    )
    assert run.returncode == 0, run.stderr
    found: Mapping[str, Any] = json.loads(run.stdout)
    return found


def test_a_law_of_the_planted_method_settles_and_counts(played: Mapping[str, Any]) -> None:
    assert played["result"]["patient_pays_fen"] == 30_00
    assert played["result"]["after_fen"] == {"shared": 31_00}
    assert played["result"]["layers"][1] == {
        "payer": "SHARE", "method": "share_of_rest", "clause": "999 第三条", "amount_fen": 30_00,
        "left_before_fen": 60_00, "base_fen": 60_00, "percent": "50", "accumulator": "shared", "before_fen": 1_00,
        "after_fen": 31_00, "funds": ["SHARE"],
    }  # fmt: skip


def test_its_reading_may_be_chosen_otherwise(played: Mapping[str, Any]) -> None:
    assert played["other_fen"] == 10_00


def test_the_patient_is_told_in_its_words(played: Mapping[str, Any]) -> None:
    assert "份额救助支付 30.00 元：按 60.00 元的 50% 计算。（依据：第三条）" in played["statement"]
    assert "今年份额救助一共付了 31.00 元。" in played["statement"]


@pytest.mark.parametrize(
    "line",
    [
        "A share of what the payers before it leave, rounded down. Clause: 第三条.",
        "- what it paid is added up in `shared`",
        "| 份额 share | all | 2020-01-01 | 50% | 第三条 |",
        "| Z1 | A share of what? | rest | the sentence before speaks of it | of the whole bill (`total`) |",
    ],
)
def test_its_page_describes_it(played: Mapping[str, Any], line: str) -> None:
    assert line in played["page"].splitlines()


def test_its_names_are_checked_and_its_keys_stand_in_the_schema(played: Mapping[str, Any]) -> None:
    assert played["fault"] == ("broken.yaml:20: the accumulator 'unheard_of' is not declared; declared are ['shared']")
    assert played["schema"]
