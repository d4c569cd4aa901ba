"""``onestop feed`` against a running identity: what a department's clerk sees."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from stdnum.cn import ric
from typer.testing import CliRunner

from kernel.security import Issuer, Role
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.main import app
from workbench.examples.http_run import running_services

NUMBER = "44520219600101002" + ric.calc_check_digit("445202196001010020")
POLICIES = Path(__file__).parent.parent.parent / "policies"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    folder = tmp_path_factory.mktemp("feed")
    with (
        EmbeddedPostgres(folder / "postgres", {"shared_buffers": "16MB"}) as server,
        running_services(server.url(), folder, POLICIES) as urls,
    ):
        token = Issuer.in_folder(folder / "keys").issue(
            Role.DEPARTMENT, "clerk", "poverty-alleviation", 3600, time.time()
        )
        yield urls["identity"], token


def sent(town: tuple[str, str], file: Path, number: str, *more: str) -> tuple[int, str]:
    url, token = town
    words = ["feed", str(file), "--department", "poverty-alleviation", "--number", number, "--as-of", "2019-07-01"]
    done = CliRunner().invoke(app, [*words, "--category", "REGISTERED_POOR", "--url", url, "--token", token, *more])
    return done.exit_code, re.sub(r"\s+", " ", done.output)


def test_a_good_file_ends_with_its_counts(town: tuple[str, str], tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"身份证号,姓名,县区代码,开始日期,脱贫状态\n{NUMBER},示例,445202,2018-01-01,NOT_LIFTED\n")
    code, said = sent(town, file, "1")
    assert code == 0, said
    assert "batch 1: APPLIED" in said
    assert "REGISTERED 1" in said


def test_refused_rows_are_named_and_the_exit_is_one(town: tuple[str, str], tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"身份证号,姓名,县区代码,开始日期,脱贫状态\n{NUMBER},示例,445202,2018-13-01,NOT_LIFTED\n")
    code, said = sent(town, file, "2")
    assert code == 1
    assert "row 2: DATE_MALFORMED valid_from must be a day" in said


def test_a_file_that_is_refused_whole_says_why(town: tuple[str, str], tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("身份证号,颜色\n1,2\n")
    code, said = sent(town, file, "3")
    assert code == 1
    assert "FEED_COLUMN_UNKNOWN at row 1" in said


def test_what_is_no_list_is_not_sent(town: tuple[str, str], tmp_path: Path) -> None:
    file = tmp_path / "list.pdf"
    file.write_bytes(b"x")
    code, said = sent(town, file, "4")
    assert code == 2
    assert ".xlsx" in said


def test_the_moment_is_told_in_china_s_time_wherever_the_clerk_s_machine_is(
    town: tuple[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"身份证号,姓名,县区代码,开始日期,脱贫状态\n{NUMBER},示例,445202,2018-01-01,NOT_LIFTED\n")
    sent(town, file, "as-of-1")
    url, token = town
    path = f"{url}/v1/feeds/poverty-alleviation/batches/as-of-1"
    batch = httpx.get(path, headers={"Authorization": f"Bearer {token}"}).json()
    assert datetime.fromisoformat(batch["as_of"]) == datetime(2019, 6, 30, 16, 0, tzinfo=UTC)
