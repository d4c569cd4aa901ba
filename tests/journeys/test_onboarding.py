"""A county is brought in, in mid year: accumulators, open stays and balances from files, each row once."""

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from stdnum.cn import ric
from tests.command_line import onestop

from fund_ledger.payments.domain.opening import journal_of
from kernel.security import Role
from onestop.quiescence import wait_until_arrived
from workbench.demo.city import HOSPITALS
from workbench.demo.window import Window

HOSPITAL: Final = HOSPITALS[0]
TAKEN_BACK: Final = "以前结转过，后来撤销或退回了；要再结转，请写明新的来源（余额为新的来源编号）"
AREA: Final = f"{HOSPITAL.division[:4]}00"


def number(serial: str) -> str:
    body = f"{HOSPITAL.division}19610101{serial}"
    return body + ric.calc_check_digit(f"{body}0")


def rows_of(result: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result.read_bytes().decode("utf-8-sig"))))


class Onboarding:
    """Runs the command on files of one folder against a platform."""

    def __init__(self, town: Any, folder: Path) -> None:
        self.town = town
        self.folder = folder

    async def run(self, kind: str, *lines: str, **how: Any) -> tuple[int, list[str], list[str]]:
        """The exit code, and of each row the result and the remark."""
        service, role, organisation = {
            "accumulators": ("settlement", Role.OPERATIONS, None),
            "stays": ("settlement", Role.HOSPITAL, HOSPITAL.hospital_id),
            "balances": ("fund-ledger", Role.FINANCE, None),
        }[kind]
        file, result = self.folder / f"{kind}.csv", self.folder / f"{kind}-result.csv"
        file.write_text("\n".join(lines), encoding="utf-8")
        urls = self.town.platform.urls
        token = self.town.platform.token(role, organisation, how.get("subject"))
        where = ["--identity", urls["identity"], "--service", urls[service], "--token", token]
        done = await onestop("onboard", kind, str(file), "--result", str(result), *where, *how.get("more", ()))
        assert done.exit_code in {0, 1}, done.output
        assert number("001") not in done.output
        rows = rows_of(result)
        return done.exit_code, [row["结果"] for row in rows], [row["备注"].split(" ")[0] for row in rows]


async def _registered(town: Any, serial: str) -> str:
    person = {"county": HOSPITAL.division, "id_number": number(serial), "name": "示例"}
    person |= {"born_on": "1961-01-01", "sex": "MALE"}
    registered = await Window(town.platform, Role.AGENCY).post(
        "identity", "/v1/persons", person, key=f"onboarding-{serial}"
    )
    await wait_until_arrived(town.platform.admin_url)
    return str(registered["person_id"])


async def test_what_the_system_before_knows_is_taken_over_once(embedded_town: Any, tmp_path: Path) -> None:
    town = embedded_town
    person_id = await _registered(town, "001")
    onboarding, year = Onboarding(town, tmp_path), town.today.year

    headings = "来源,身份证号,统筹区,年度,aid_in,sec_paid"
    right = f"旧系统第 7 批,{number('001')},{AREA},{year},5500.00,"
    wrong = f"旧系统第 7 批,{number('003')},{AREA},{year},1.00,"
    garbled = f"旧系统第 7 批,{number('001')},{AREA},{year},三元,"
    assert await onboarding.run("accumulators", headings, right, wrong, garbled, more=["--run", "dry"]) == (
        1,
        ["可结转", "拒绝", "拒绝"],
        ["", "PERSON_UNKNOWN", "aid_in"],
    )
    assert await onboarding.run("accumulators", headings, right) == (0, ["已结转"], [""])
    assert await onboarding.run("accumulators", headings, right, subject="another") == (0, ["已有"], [""])
    other = right.replace("5500.00", "5600.00")
    assert await onboarding.run("accumulators", headings, other) == (1, ["拒绝"], ["已按其他内容结转，请先撤销"])

    # What was taken back is not taken over again by the same row, and is not said to be.
    operations = Window(town.platform, Role.OPERATIONS)
    taken_back = f"/v1/benefit-years/{AREA}/{person_id}/{year}/withdrawal"
    await operations.post("settlement", taken_back, {"reason": "批次有误"}, key="onboarding-2")
    again = await onboarding.run("accumulators", headings, right)
    assert again == (1, ["拒绝"], [TAKEN_BACK])
    assert await onboarding.run("accumulators", headings, right.replace("7", "8", 1)) == (0, ["已结转"], [""])


async def test_open_stays_and_balances_are_taken_over_once(embedded_town: Any, tmp_path: Path) -> None:
    town = embedded_town
    await _registered(town, "005")
    onboarding, year = Onboarding(town, tmp_path), town.today.year
    headings = "身份证号,住院号,入院日期"
    stay = f"{number('005')},OLD-77,{town.today - timedelta(days=9)}"
    assert await onboarding.run("stays", headings, stay, more=["--run", "dry"]) == (0, ["可结转"], [""])
    assert await onboarding.run("stays", headings, stay) == (0, ["已结转"], [""])
    assert await onboarding.run("stays", headings, stay) == (0, ["已有"], [""])
    moved = f"{number('005')},OLD-77,{town.today - timedelta(days=8)}"
    assert await onboarding.run("stays", headings, moved) == (1, ["拒绝"], ["已按其他内容结转，请先撤销"])

    headings = "来源编号,县区,资金,余额,日期"
    balance = f"OLD-MA-1,{HOSPITAL.division},MA,12345.67,{year}-01-01"
    assert await onboarding.run("balances", headings, balance, more=["--run", "dry"]) == (0, ["可结转"], [""])
    assert await onboarding.run("balances", headings, balance) == (0, ["已结转"], [""])
    assert await onboarding.run("balances", headings, balance, subject="another") == (0, ["已有"], [""])
    unknown = f"OLD-XX-1,{HOSPITAL.division},XX,1.00,{year}-01-01"
    assert await onboarding.run("balances", headings, unknown) == (1, ["拒绝"], ["FUND_UNKNOWN"])


async def test_what_was_cancelled_or_returned_is_not_said_to_be_there_and_comes_again_only_under_a_new_name(
    embedded_town: Any, tmp_path: Path
) -> None:
    town = embedded_town
    await _registered(town, "007")
    onboarding, year = Onboarding(town, tmp_path), town.today.year
    headings = "来源,身份证号,住院号,入院日期"
    stay = f",{number('007')},OLD-88,{town.today - timedelta(days=9)}"
    assert await onboarding.run("stays", headings, stay) == (0, ["已结转"], [""])
    hospital = Window(town.platform, Role.HOSPITAL, HOSPITAL.hospital_id)
    (there,) = (await hospital.get("settlement", "/v1/encounters?inpatient_number=OLD-88"))["items"]
    cancel = f"/v1/encounters/{there['encounter_id']}/cancellation"
    await hospital.post("settlement", cancel, {"reason": "录入错误"}, key="onboarding-7")
    assert await onboarding.run("stays", headings, stay) == (1, ["拒绝"], [TAKEN_BACK])
    assert await onboarding.run("stays", headings, f"第 2 批{stay}") == (0, ["已结转"], [""])

    headings = "来源编号,县区,资金,余额,日期"
    balance = f"OLD-MA-7,{HOSPITAL.division},MA,345.67,{year}-01-01"
    assert await onboarding.run("balances", headings, balance) == (0, ["已结转"], [""])
    finance = Window(town.platform, Role.FINANCE)
    journal = f"/v1/journals/{journal_of(HOSPITAL.division, 'MA', 'OLD-MA-7')}/return"
    await finance.post("fund-ledger", journal, {"reason": "BOOKED_WRONGLY"}, key="onboarding-8")
    for more in ((), ("--run", "dry")):
        assert await onboarding.run("balances", headings, balance, more=more) == (1, ["拒绝"], [TAKEN_BACK])
    assert await onboarding.run("balances", headings, balance.replace("-7", "-8", 1)) == (0, ["已结转"], [""])


async def test_a_balance_above_the_county_s_sum_waits_for_another_person_and_is_booked_once(
    embedded_town: Any, tmp_path: Path
) -> None:
    town, county = embedded_town, HOSPITAL.division
    onboarding, year = Onboarding(town, tmp_path), town.today.year
    agency = Window(town.platform, Role.AGENCY)
    await agency.post("fund-ledger", f"/v1/counties/{county}/money-limit", {"above": "100.00"}, key="onboarding-9")
    headings = "来源编号,县区,资金,余额,日期"
    balance = f"OLD-MA-9,{county},MA,45678.90,{year}-01-01"
    for _ in "12":
        assert await onboarding.run("balances", headings, balance) == (0, ["待批准"], [""])
    other = balance.replace("45678.90", "45678.91")
    assert await onboarding.run("balances", headings, other) == (1, ["拒绝"], ["已按其他内容结转，请先撤销"])
    second = Window(town.platform, Role.FINANCE, subject="second")
    release = f"/v1/money-proposals/{journal_of(county, 'MA', 'OLD-MA-9')}/release"
    await second.post("fund-ledger", release, {}, key="onboarding-10")
    assert await onboarding.run("balances", headings, balance, subject="another") == (0, ["已有"], [""])
    refused = f"OLD-MA-10,{county},MA,500.00,{year}-01-01"
    assert await onboarding.run("balances", headings, refused) == (0, ["待批准"], [""])
    reject = f"/v1/money-proposals/{journal_of(county, 'MA', 'OLD-MA-10')}/rejection"
    await second.post("fund-ledger", reject, {"reason": "WRONG_AMOUNT"}, key="onboarding-11")
    assert await onboarding.run("balances", headings, refused) == (1, ["拒绝"], [TAKEN_BACK])


async def test_a_file_that_lacks_a_column_or_a_token_is_said_so_at_once(tmp_path: Path) -> None:
    file = tmp_path / "stays.csv"
    file.write_text("身份证号,入院日期\n1,2026-01-01\n")
    done = await onestop("onboard", "stays", str(file), "--result", str(tmp_path / "r"), "--token", "t")
    assert done.exit_code == 2
    assert "住院号" in done.output
    done = await onestop("onboard", "stays", str(file), "--result", str(tmp_path / "r"))
    assert done.exit_code == 2
