"""``onestop policy``: checking packs, showing what is in force, explaining an example."""

import shutil
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from onestop.main import app

ROOT = Path(__file__).parent.parent.parent
POLICIES = ROOT / "policies"
JIEYANG = POLICIES / "445200-jieyang/2019-jieyibao-21.yaml"
runner = CliRunner(env={"COLUMNS": "110"})


@pytest.fixture(autouse=True)
def in_the_projects_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_every_pack_is_checked_on_a_line_of_its_own() -> None:
    result = runner.invoke(app, ["policy", "check"])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert len(lines) == 5
    assert any("揭医保〔2019〕21号  4 layers, 30 figures, 21 readings, 35 examples" in line for line in lines)


def test_a_pack_outside_the_folder_is_checked_too(tmp_path: Path) -> None:
    outside = tmp_path / "draft.yaml"
    shutil.copy(ROOT / "tests/policies/sixth-county.yaml", outside)
    result = runner.invoke(app, ["policy", "check", str(outside)])
    assert result.exit_code == 0, result.output
    assert "999901-made-up/2020-invented-1  某政发〔2020〕1号  4 layers" in result.output


def test_a_pack_in_the_folder_must_lie_where_its_name_says(tmp_path: Path) -> None:
    moved = tmp_path / "policies/445299-elsewhere/2019-jieyibao-21.yaml"
    moved.parent.mkdir(parents=True)
    shutil.copy(JIEYANG, moved)
    result = runner.invoke(app, ["policy", "check", "--policies", str(tmp_path / "policies")])
    assert result.exit_code == 1
    assert "name it so" in result.stderr


def test_a_broken_figure_is_named_with_file_and_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    text = JIEYANG.read_text(encoding="utf-8")
    broken.write_text(text.replace('value: "60000.00"', "value: 60000.0", 1), encoding="utf-8")
    result = runner.invoke(app, ["policy", "check", str(broken)])
    assert result.exit_code == 1
    line = text[: text.index('value: "60000.00"')].count("\n") + 1
    assert f"{broken}:{line}: 60000.0 is a binary fraction" in result.stderr


def test_examples_beside_a_pack_that_do_not_agree_fail_the_check(tmp_path: Path) -> None:
    pack = tmp_path / "draft.yaml"
    shutil.copy(ROOT / "tests/policies/sixth-county.yaml", pack)
    pack.with_suffix(".examples.yaml").write_text(WRONG, encoding="utf-8")
    result = runner.invoke(app, ["policy", "check", str(pack)])
    assert result.exit_code == 1
    assert "1 examples" in result.output
    assert "MU-01, c1 settle, layers.MA, 7920.01, 7920.00" in result.stderr
    assert "MU-01, c1 settle, after.aid_paid, 1.00, 8020.00" in result.stderr


WRONG = """
schema_version: 1
units: yuan
examples:
- id: MU-01
  title: A stay in the made-up county
  kind: settle
  region: made_up
  clause: ["999 第四条"]
  state0: {category: dibao, accumulators: {aid_paid: "100.00"}}
  steps:
  - op: settle
    id: c1
    encounter: {type: inpatient, locality: in_county, discharged: 2020-03-01}
    costs: {total: "40000.00", compliant: "38000.00"}
    inputs: {NCMS: "20000.00"}
    expect:
      layers: {NCMS: "20000.00", CII: "4800.00", MA: "7920.01", GOV: "3280.00"}
      patient_pays: "4000.00"
      after: {aid_paid: "1.00"}
"""


def test_what_lies_beside_a_pack_is_not_taken_for_one(tmp_path: Path) -> None:
    beside = tmp_path / "draft.examples.yaml"
    beside.write_text(WRONG, encoding="utf-8")
    result = runner.invoke(app, ["policy", "check", str(beside)])
    assert result.exit_code == 1
    assert "lies beside a pack and is none" in result.stderr


def test_the_county_stands_before_its_region_and_every_width_is_kept() -> None:
    result = runner.invoke(app, ["policy", "show", "--place", "451028", "--on", "2019-08-01"])
    assert result.exit_code == 0, result.output
    county = result.output.index("1. 451028-leye/2018-weishengjisheng-10")
    region = result.output.index("2. 450000-guangxi/2019-guiyibaofa-14")
    assert county < region
    assert "3000.00 元" in result.output[county:region]
    assert "10%" in result.output[region:]
    assert max(cell_len(line) for line in result.output.splitlines()) <= 110
    assert "parity80" in result.output


def test_a_kind_and_a_category_leave_out_what_is_not_for_them() -> None:
    place = ["policy", "show", "--place", "445200", "--on", "2019-08-01"]
    result = runner.invoke(app, [*place, "--kind", "inpatient", "--category", "DIBAO"])
    assert result.exit_code == 0, result.output
    assert "60000.00 元" in result.output
    assert "outpatient" not in result.output.partition("Figures in force")[2].partition("Funds")[0]
    assert "80000.00" not in result.output
    assert runner.invoke(app, [*place, "--category", "RICH"]).exit_code == 2
    assert runner.invoke(app, [*place, "--kind", "holiday"]).exit_code == 2


def test_a_place_without_a_pack_is_said_to_have_none() -> None:
    result = runner.invoke(app, ["policy", "show", "--place", "110000", "--on", "2019-08-01"])
    assert result.exit_code == 1
    assert "no pack is in force at 110000 on 2019-08-01" in result.stderr


def test_an_example_is_explained_by_its_trace_and_in_the_patients_words(tmp_path: Path) -> None:
    pack = tmp_path / "policies/999901-made-up/2020-invented-1.yaml"
    pack.parent.mkdir(parents=True)
    shutil.copy(ROOT / "tests/policies/sixth-county.yaml", pack)
    pack.with_suffix(".examples.yaml").write_text(WRONG, encoding="utf-8")
    chosen = ["--policies", str(tmp_path / "policies"), "--examples", str(pack.with_suffix(".examples.yaml"))]
    result = runner.invoke(app, ["policy", "explain", "MU-01", *chosen])
    assert result.exit_code == 0, result.output
    assert "7920.00" in result.output
    assert "aid_paid: 100.00 → 8020.00" in result.output
    assert "医疗救助支付 7920.00 元" in result.output
    unknown = runner.invoke(app, ["policy", "explain", "MU-02", *chosen])
    assert unknown.exit_code == 2
    assert "there is no such example" in unknown.stderr


TABLE = """
schema_version: 1
units: yuan
examples:
- id: BT-01
  title: The bands of secondary relief
  kind: band_table
  region: jieyang
  clause: ["004 三(二)3"]
  cases:
  - {self_borne: "9999.99", relief: "0.00"}
  - {self_borne: "10000.00", relief: "5000.00"}
"""


def test_a_table_of_cases_is_explained_case_by_case(tmp_path: Path) -> None:
    file = tmp_path / "table.yaml"
    file.write_text(TABLE, encoding="utf-8")
    result = runner.invoke(app, ["policy", "explain", "BT-01", "--examples", str(file)])
    assert result.exit_code == 0, result.output
    assert result.output.count("5000.00") == 2, "expected and got"


def test_a_bill_that_must_be_refused_is_explained_by_the_reason() -> None:
    own = "policies/620422-huining/2018-huiweijifa-203.examples.yaml"
    result = runner.invoke(app, ["policy", "explain", "HU-113", "--examples", own])
    assert result.exit_code == 0, result.output
    assert "step no-compliant-cost: refused: COMPLIANT_COST_MISSING" in result.output
    assert "step insurance-above-compliant: refused: BMI_EXCEEDS_COMPLIANT" in result.output
