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
from kernel.security.signing_keys import SigningKey
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.main import app
from workbench.examples.http_run import running_services

NUMBER = "45020519600101002" + ric.calc_check_digit("450205196001010020")
#: Where the running town keeps the key of its issuer.
KEYS: list[Path] = []
POLICIES = Path(__file__).parent.parent.parent / "policies"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    folder = tmp_path_factory.mktemp("feed")
    with (
        EmbeddedPostgres(folder / "postgres", {"shared_buffers": "16MB"}) as server,
        running_services(server.url(), folder, POLICIES) as urls,
    ):
        KEYS.append(folder / "keys")
        token = Issuer.in_folder(folder / "keys").issue(
            Role.DEPARTMENT, "clerk", "poverty-alleviation", 3600, time.time(), divisions=["450205"]
        )
        yield urls["identity"], token


def sent(town: tuple[str, str], file: Path, number: str, *more: str) -> tuple[int, str]:
    url, token = town
    words = ["feed", str(file), "--department", "poverty-alleviation", "--number", number, "--as-of", "2019-07-01"]
    done = CliRunner().invoke(app, [*words, "--category", "REGISTERED_POOR", "--url", url, "--token", token, *more])
    return done.exit_code, re.sub(r"\s+", " ", done.output)


def test_a_good_file_ends_with_its_counts(town: tuple[str, str], tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"身份证号,姓名,县区代码,开始日期,脱贫状态\n{NUMBER},示例,450205,2018-01-01,NOT_LIFTED\n")
    code, said = sent(town, file, "1")
    assert code == 0, said
    assert "batch 1: APPLIED" in said
    assert "REGISTERED 1" in said


def test_refused_rows_are_named_and_the_exit_is_one(town: tuple[str, str], tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"身份证号,姓名,县区代码,开始日期,脱贫状态\n{NUMBER},示例,450205,2018-13-01,NOT_LIFTED\n")
    code, said = sent(town, file, "2")
    assert code == 1
    assert "row 2: DATE_MALFORMED 开始日期要写成完整的年月日" in said


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
    file.write_text(f"身份证号,姓名,县区代码,开始日期,脱贫状态\n{NUMBER},示例,450205,2018-01-01,NOT_LIFTED\n")
    sent(town, file, "as-of-1")
    url, token = town
    path = f"{url}/v1/feeds/poverty-alleviation/batches/as-of-1"
    batch = httpx.get(path, headers={"Authorization": f"Bearer {token}"}).json()
    assert datetime.fromisoformat(batch["as_of"]) == datetime(2019, 6, 30, 16, 0, tzinfo=UTC)


def test_a_dry_run_changes_nothing_and_the_receipt_is_the_file_with_remarks(
    town: tuple[str, str], tmp_path: Path
) -> None:
    file, receipt = tmp_path / "list.csv", tmp_path / "back.csv"
    number = "45020519600101004" + ric.calc_check_digit("450205196001010040")
    file.write_text(f"身份证号,姓名,县区代码,开始日期,脱贫状态\n{number},示例,450205,2018-01-01,NOT_LIFTED\n")
    code, said = sent(town, file, "20", "--run", "dry", "--receipt", str(receipt))
    assert (code, "batch 20: TRIED" in said) == (0, True), said
    assert receipt.read_text("utf-8-sig").splitlines()[1].endswith("NOT_LIFTED,将新登记,")
    assert receipt.stat().st_mode & 0o077 == 0, "it names people"
    code, said = sent(town, file, "20")
    assert (code, "REGISTERED 1" in said) == (0, True), said


@pytest.mark.parametrize(
    ("number", "more", "words"),
    [
        ("2026年12月", [], "letters, digits"),
        ("21", ["--token", ""], "ONESTOP_TOKEN"),
        ("21", ["--url", "http://127.0.0.1:9"], "nobody answers at http://127.0.0.1:9"),
        ("21", ["--token", "令牌"], "TOKEN_MALFORMED"),
    ],
)
def test_what_cannot_be_sent_is_said_in_a_line(
    town: tuple[str, str], tmp_path: Path, number: str, more: list[str], words: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("身份证号\n")
    code, said = sent(town, file, number, *more)
    assert code != 0
    assert words in said.replace("│", "")
    assert "Traceback" not in said


def test_a_file_is_signed_with_the_department_s_key_in_the_place_of_a_token(
    town: tuple[str, str], tmp_path: Path
) -> None:
    url, _ = town
    key = SigningKey.in_folder(tmp_path, "fp.example/445200", "fp.key")
    issuer = Issuer.in_folder(KEYS[0])
    agency = issuer.issue(Role.AGENCY, "clerk", None, 3600, time.time())
    headers = {"Authorization": f"Bearer {agency}", "Idempotency-Key": "register-key"}
    body = {"public_key": key.public.text, "divisions": ["450205"]}
    registered = httpx.post(f"{url}/v1/feeds/poverty-alleviation/keys", json=body, headers=headers)
    assert registered.status_code == 201, registered.text
    file = tmp_path / "list.csv"
    number = "45020519600101006" + ric.calc_check_digit("450205196001010060")
    file.write_text(f"身份证号,姓名,县区代码,开始日期,脱贫状态\n{number},示例,450205,2018-01-01,NOT_LIFTED\n")
    code, said = sent(town, file, "30", "--token", "", "--key", str(tmp_path / "fp.key"))
    assert (code, "REGISTERED 1" in said) == (0, True), said
    code, said = sent(town, file, "30", "--token", "", "--key", str(file))
    assert code == 2
