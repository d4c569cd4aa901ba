"""``onestop token``: tokens of the embedded issuer, for everywhere or for some divisions."""

from pathlib import Path

from typer.testing import CliRunner

from kernel.security import Issuer, Role
from onestop.main import app

runner = CliRunner(env={"COLUMNS": "110"})


async def test_a_token_may_name_the_divisions_that_its_holder_works_for(tmp_path: Path) -> None:
    asked = ["token", "agency", "--division", "445202", "--division", "445203", "--folder", str(tmp_path)]
    issued = runner.invoke(app, asked)
    assert issued.exit_code == 0, issued.output
    caller = await Issuer.in_folder(tmp_path / "keys").authenticator().authenticate(issued.output.strip())
    assert (caller.roles, caller.divisions) == (frozenset({Role.AGENCY}), frozenset({"445202", "445203"}))


def test_a_division_is_a_code_of_six_digits(tmp_path: Path) -> None:
    refused = runner.invoke(app, ["token", "agency", "--division", "4452", "--folder", str(tmp_path)])
    assert refused.exit_code == 2
    assert "divisions are six-digit codes" in refused.output


def test_a_hospital_s_token_names_its_organisation_and_no_division(tmp_path: Path) -> None:
    for more in ([], ["--organisation", "H1", "--division", "445202"]):
        assert runner.invoke(app, ["token", "hospital", *more, "--folder", str(tmp_path)]).exit_code == 2


async def test_a_township_s_token_names_its_nine_digits(tmp_path: Path) -> None:
    asked = ["token", "township", "--folder", str(tmp_path)]
    assert runner.invoke(app, [*asked, "--organisation", "445202"]).exit_code == 2
    issued = runner.invoke(app, [*asked, "--organisation", "445202001"])
    assert issued.exit_code == 0, issued.output
    caller = await Issuer.in_folder(tmp_path / "keys").authenticator().authenticate(issued.output.strip())
    assert (caller.roles, caller.own_township) == (frozenset({Role.TOWNSHIP}), "445202001")
