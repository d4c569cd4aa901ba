"""``onestop policy new`` and ``onestop policy diff``: beginning a pack, and who pays otherwise under another."""

import re
import shutil
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner, Result

from law.packs import parse_pack
from onestop.main import app

ROOT = Path(__file__).parent.parent.parent
JIEYANG, LEYE = "445200-jieyang/2019-jieyibao-21", "451028-leye/2018-weishengjisheng-10"
GUANGXI, HUINING = "450000-guangxi/2019-guiyibaofa-14", "620422-huining/2018-huiweijifa-203"
WIDTH = 110
runner = CliRunner()


@pytest.fixture(autouse=True)
def in_the_projects_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rich keeps the COLUMNS it was made with, and whoever imports the command first decides that: so say the width."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("workbench.policy.command.console", Console(width=WIDTH))


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "policies", tmp_path / "policies"))


def new(policies: Path, like: str) -> Result:
    place = [
        "--division",
        "620421",
        "--name",
        "靖远县",
        "--region",
        "jingyuan",
        "--document",
        "sample",
        "--year",
        "2020",
    ]
    return runner.invoke(app, ["policy", "new", *place, "--like", like, "--policies", str(policies)])


def diff(*arguments: str) -> str:
    result = runner.invoke(app, ["policy", "diff", *arguments])
    assert result.exit_code == 0, result.output
    assert max(cell_len(line) for line in result.output.splitlines()) <= WIDTH
    return result.output


def test_a_new_pack_is_refused_at_the_first_place_that_is_to_be_filled_in(policies: Path) -> None:
    assert new(policies, JIEYANG).exit_code == 0
    made = policies / "620421-jingyuan/2020-sample.yaml"
    text = made.read_text(encoding="utf-8")
    checked = runner.invoke(app, ["policy", "check", str(made), "--policies", str(policies)])
    assert checked.exit_code == 1
    line = text[: text.index("number: TODO")].count("\n") + 1
    assert f"{made}:{line}: TODO is still to be filled in" in checked.stderr
    assert "example" in made.with_suffix(".examples.yaml").read_text(encoding="utf-8")


def test_nothing_of_the_other_places_figures_and_clauses_is_left(policies: Path) -> None:
    new(policies, JIEYANG)
    text = (policies / "620421-jingyuan/2020-sample.yaml").read_text(encoding="utf-8")
    assert re.findall(r'"[0-9.]+"', text) == ['"620421"']
    assert re.findall(r"\d{4}-\d{2}-\d{2}", text) == []
    assert set(re.findall(r"clause: ([^,}\n]*)", text)) == {"TODO"}
    assert "揭" not in text
    assert "三(二)" not in text


def test_filled_in_it_is_a_pack(policies: Path) -> None:
    new(policies, HUINING)
    text = (policies / "620421-jingyuan/2020-sample.yaml").read_text(encoding="utf-8")
    for key, fact in (("issued|from|in_force_from|on", "2020-01-01"), (r"\w+_percent|value|percent|\w+_yuan", '"10"')):
        text = re.sub(rf"\b({key}): TODO", rf"\1: {fact}", text)
    pack = parse_pack(text.replace("TODO", "某条"), "2020-sample.yaml")
    assert pack.pack_id == "620421-jingyuan/2020-sample"
    assert (pack.file.division, pack.file.name, pack.file.region) == ("620421", "靖远县", "jingyuan")
    assert [layer.payer for layer in pack.file.layers] == ["BMI", "CII", "AID", "MA"]


def test_what_is_there_is_never_overwritten(policies: Path) -> None:
    new(policies, JIEYANG)
    examples = policies / "620421-jingyuan/2020-sample.examples.yaml"
    pack = policies / "620421-jingyuan/2020-sample.yaml"
    pack.unlink()
    examples.write_text("mine", encoding="utf-8")
    again = new(policies, JIEYANG)
    assert again.exit_code == 1
    assert "is there already and stays as it is" in again.stderr
    assert examples.read_text(encoding="utf-8") == "mine"
    assert not pack.exists()


def test_a_pack_or_a_place_that_cannot_be_is_refused(policies: Path) -> None:
    assert new(policies, "999999-nowhere/2020-nothing").exit_code == 2
    place = ["--division", "62", "--name", "靖远县", "--like", JIEYANG]
    assert runner.invoke(app, ["policy", "new", *place]).exit_code == 2


def test_relief_by_the_stay_is_worse_for_two_small_bills_and_better_for_two_large_ones() -> None:
    said = diff(JIEYANG, "--reading", "E2=per_stay")
    assert "read otherwise in B: E2:per_stay" in said
    rows = [re.findall(r"-?\d+\.\d{2}", line) for line in said.splitlines() if "│" in line]
    triples = {tuple(row[-3:]) for row in rows if len(row) >= 3}
    assert ("1000.00", "6000.00", "5000.00") in triples
    assert ("150000.00", "120000.00", "-30000.00") in triples
    assert "MASEC" in said


def test_the_county_and_its_region_differ_as_the_better_rule_needs_it() -> None:
    said = diff(LEYE, GUANGXI, "--limit", "3")
    assert "Figures that differ" in said
    assert "3 shown" in said
    assert said == diff(LEYE, GUANGXI, "--limit", "3"), "the same search finds the same"


def test_a_pack_does_not_differ_from_itself() -> None:
    assert "0 of 4032 cases come out otherwise" in diff(JIEYANG)


def test_a_changed_figure_is_found_with_those_who_pay_for_it(tmp_path: Path) -> None:
    changed = tmp_path / "changed.yaml"
    text = (ROOT / f"policies/{JIEYANG}.yaml").read_text(encoding="utf-8")
    changed.write_text(text.replace('value: "60000.00"', 'value: "50000.00"', 1), encoding="utf-8")
    said = diff(JIEYANG, str(changed))
    assert "60000.00" in said
    assert "50000.00" in said
    people = said.partition("Who pays otherwise")[2].replace("\n", "")
    assert "最低生活保障" in people
    assert "建档立卡" not in people


def test_a_refusal_is_a_difference_too(tmp_path: Path) -> None:
    changed = tmp_path / "changed.yaml"
    text = (ROOT / f"policies/{HUINING}.yaml").read_text(encoding="utf-8")
    row = text.index("  - for: {category: [REGISTERED_POOR]}")
    following = text.index("  - for:", row + 1)
    changed.write_text(text[:row] + text[following:], encoding="utf-8")
    assert "PARAMETER_MISSING" in diff(HUINING, str(changed)).replace("\n", "").replace(" ", "")


@pytest.mark.parametrize(
    "options", [["--reading", "E2"], ["--reading", "E2=sometimes"], ["--reading", "L1=single"], ["--configure", "x"]]
)
def test_an_option_that_means_nothing_is_refused(options: list[str]) -> None:
    assert runner.invoke(app, ["policy", "diff", JIEYANG, *options]).exit_code == 2
