"""``onestop doctor``: what is planted is found and said in plain words, what is well is not complained of."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree

import msgspec
import pytest
from typer.testing import CliRunner

from kernel.testing.deadline import eventually
from kernel.writing.database import SingleConnection, administering
from law.packs import Pack, load_pack
from onestop.doctor.examination import Verdict, examine
from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Severity, lasting
from onestop.doctor.register import CHECKS, chosen
from onestop.free_ports import first_of_free_ports
from onestop.main import app
from onestop.platform import running_platform
from onestop.restore.lost import close
from onestop.services import SERVICES
from onestop.tidying.tidy import tidy

POLICIES = Path(__file__).parent.parent.parent / "policies"
HUINING, GUANGXI = "620422-huining/2018-huiweijifa-203", "450000-guangxi/2019-guiyibaofa-14"


@pytest.fixture
async def bare(database: str) -> AsyncIterator[SingleConnection]:
    """A session on tables with nothing running."""
    async with administering(database) as connection:
        yield connection


async def found(database: str, *names: str, doors: dict[str, str] | None = None) -> list[str]:
    """What the checks of these names say, each with what to do."""
    examined = Examined(database_url=database, services=SERVICES, doors=doors or {})
    verdicts = await examine(examined, chosen(names))
    return [f"{finding.says} — {finding.do}" for verdict in verdicts for finding in verdict.findings]


async def test_of_a_platform_that_is_well_nothing_is_said(database: str, tmp_path: Path) -> None:
    # The disk is the machine's, and may be full without our doing; the leaders may just be standing for election.
    names = [check.name for check in CHECKS if check.name != "disk"]
    async with running_platform(database, tmp_path, POLICIES) as platform:

        async def well() -> bool:
            return await found(database, *names, doors=dict(platform.urls)) == []

        await eventually(well, within_seconds=30)


async def test_a_database_that_is_away_is_said_once_and_the_rest_as_not_looked_at(tmp_path: Path) -> None:
    (said,) = await found(f"postgresql:///none?host={tmp_path}", "database")
    assert said.startswith("the database does not answer: ")
    assert "start PostgreSQL" in said
    (said,) = await found(f"postgresql:///none?host={tmp_path}", "parked")
    assert said.startswith("parked could not be looked at: ")


async def test_tables_that_are_missing_or_older_or_newer_are_told_apart(database: str, bare: SingleConnection) -> None:
    await bare.execute("UPDATE identity.alembic_version SET version_num = '0009'")
    await bare.execute("UPDATE referral.alembic_version SET version_num = '9999'")
    await bare.execute("DROP SCHEMA settlement CASCADE")
    older, newer, missing = await found(database, "versions")
    assert "the tables of identity are of revision 0009" in older
    assert "`onestop migrate`" in older
    assert "revision 9999, which this program does not know" in newer
    assert "settlement has no tables" in missing


async def test_without_instances_nobody_leads_and_the_doors_are_shut(database: str, bare: SingleConnection) -> None:
    leaderless = await found(database, "elections")
    assert len(leaderless) == len(SERVICES)
    assert "no instance of settlement leads" in leaderless[2]
    (shut,) = await found(database, "doors", doors={"referral": f"http://127.0.0.1:{first_of_free_ports(1)}"})
    assert shut.startswith("referral does not answer at ")


async def test_a_transaction_that_writes_events_for_long_is_named_with_its_session(
    database: str, bare: SingleConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onestop.doctor.checks.horizon._SECONDS_MAX", -1)
    pid = await bare.fetchval("SELECT pg_backend_pid()")
    async with bare.transaction():
        await bare.execute("SELECT pg_current_xact_id()")
        assert not any(str(pid) in one for one in await found(database, "horizon")), "it writes no events"
        monkeypatch.setattr("onestop.doctor.checks.horizon._ELSEWHERE_SECONDS_MAX", -1)
        assert any("holds no message back" in one and str(pid) in one for one in await found(database, "horizon"))
        await bare.execute("LOCK TABLE identity.events IN ROW EXCLUSIVE MODE")
        said = await found(database, "horizon")
    assert any("no later event of identity is told" in one and f"pg_terminate_backend({pid})" in one for one in said)


async def test_events_that_wait_for_their_number_or_to_be_sent_are_counted(
    database: str, bare: SingleConnection
) -> None:
    await bare.execute("SET search_path TO identity")
    await bare.execute("INSERT INTO sequencer VALUES (1, 0, 0, 0, clock_timestamp())")
    await bare.execute(
        """INSERT INTO events (order_tx, stream_id, version, event_id, type, schema_version, data, meta, occurred_at,
             chain, recorded_at)
           VALUES (1, 's', 1, gen_random_uuid(), 't', 1, '{}', '{}', now(), '', now() - '1 h'::interval)"""
    )
    (said,) = await found(database, "numbering")
    assert said.startswith("1 events of identity have no number yet, the oldest for 60 minutes")
    await bare.execute("INSERT INTO event_log SELECT 1, pos, now() - '2 h'::interval FROM events")
    await bare.execute("UPDATE sequencer SET gseq = 1, order_tx = 1, pos = (SELECT max(pos) FROM events)")
    assert await found(database, "numbering") == []
    (said,) = await found(database, "publishing")
    assert said.startswith("1 events of identity are not published, the oldest for 2 hours")


async def test_data_of_another_cluster_are_recognised(database: str, bare: SingleConnection) -> None:
    await bare.execute("INSERT INTO referral.sequencer VALUES (1, 9000000000000, 0, 0, clock_timestamp())")
    (said,) = await found(database, "numbering")
    assert "the events of referral come from another cluster" in said
    assert "`onestop restore`" in said


async def test_what_a_restore_lost_is_said_until_somebody_has_seen_to_it(database: str, bare: SingleConnection) -> None:
    await bare.execute(
        "INSERT INTO settlement.lost_messages (topic, partition, pseq, timeline, event_id, type, key, message) "
        "VALUES ('settlement', 0, 7, 'before', 'E7', 'SettlementConfirmed', 'P1', '')"
    )
    (said,) = await found(database, "lost")
    assert "1 messages of settlement" in said
    assert await close(database, "E7", "clerk", "settled again")
    assert await found(database, "lost") == []
    assert not await close(database, "E7", "another", "once more")
    (event,) = await bare.fetch("SELECT data FROM settlement.events WHERE type = 'LostMessageClosed'")
    told = json.loads(event["data"])
    assert (told["event_id"], told["pseq"], told["closed_by"], told["because"]) == ("E7", 7, "clerk", "settled again")


async def test_a_consumer_that_stands_still_is_named_with_the_message_that_it_stands_at(
    database: str, bare: SingleConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onestop.doctor.checks.consuming._LOOK_AGAIN_SECONDS", 0)
    await bare.execute("INSERT INTO identity.relay VALUES ('identity', 9, '[0,0,0,7,0,0,0,0,0,0,0,0]', 1)")
    await bare.execute("INSERT INTO settlement.inbox_cursor VALUES ('settlement', 'identity', 3, 5, 5)")
    (said,) = await found(database, "consuming")
    assert said.startswith("settlement stands at message 5 of partition 3 of topic identity as settlement, and 2 wait")
    assert "`onestop republish identity --partition 3 --from 6`" in said


async def test_parked_messages_are_counted_by_consumer(database: str, bare: SingleConnection) -> None:
    for pseq, key in ((1, "P1"), (2, "P1"), (3, "P2")):
        await bare.execute(
            "INSERT INTO fund_ledger.inbox_parked VALUES ('fund-ledger', 'settlement', 0, $1, $2, '', 'X', 'y')",
            pseq,
            key,
        )
    (said,) = await found(database, "parked")
    assert said.startswith("3 messages of topic settlement are parked at fund-ledger as fund-ledger, of 2 persons")


async def test_a_check_that_fails_is_a_finding_and_stops_no_other(database: str) -> None:
    async def broken(_examined: Examined) -> list[object]:
        raise ZeroDivisionError("by us")

    examined = Examined(database_url=database, services={})
    checks = (Check("broken", "it is whole", broken), *chosen(["database"]))  # type: ignore[arg-type]
    verdicts = await examine(examined, checks)
    assert [verdict.check for verdict in verdicts if verdict.findings] == ["broken"]
    assert verdicts[0].findings[0].says == "broken could not be looked at: by us"


async def test_the_command_says_it_ends_with_1_at_a_fault_and_speaks_to_programs(
    database: str, bare: SingleConnection
) -> None:
    runner = CliRunner(env={"COLUMNS": "110"})
    asked = ["doctor", "--database", database, "--no-doors", "--only", "elections", "--only", "database"]
    ended = await asyncio.to_thread(runner.invoke, app, asked)
    assert ended.exit_code == 1
    assert "fine     the database answers and takes writes" in ended.output
    assert "fault    no instance of identity leads" in ended.output
    assert "5 things are wrong" in ended.output
    ended = await asyncio.to_thread(runner.invoke, app, [*asked, "--json"])
    verdicts = msgspec.json.decode(ended.stdout, type=list[Verdict])
    assert [verdict.check for verdict in verdicts] == ["database", "elections"]
    assert verdicts[1].findings[0].severity is Severity.FAULT
    ended = await asyncio.to_thread(runner.invoke, app, ["doctor", "--database", database, "--only", "elections2"])
    assert ended.exit_code == 2
    assert "elections2: the checks are database" in ended.output


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1, "1 seconds"), (119, "119 seconds"), (120, "2 minutes"), (7300, "2 hours"), (9e5, "10 days")],
)
def test_lengths_of_time_are_said_in_words(seconds: float, said: str) -> None:
    assert lasting(seconds) == said


async def test_answers_that_nobody_tidies_are_said(database: str) -> None:
    today = datetime.now(UTC).date()
    assert await found(database, "tidying") == []
    await tidy(database, today - timedelta(days=150))
    said = await found(database, "tidying")
    assert len(said) == len(SERVICES)
    assert said[0].startswith("stored answers of identity have had no month of their own for ")
    await tidy(database, today)
    assert await found(database, "tidying") == []


async def test_names_of_diseases_that_are_samples_are_said_where_they_are_gone_by(
    database: str, bare: SingleConnection, tmp_path: Path
) -> None:
    await bare.execute("SET search_path TO settlement")
    await adopt(bare, load_pack(POLICIES / f"{HUINING}.yaml"), load_pack(POLICIES / f"{GUANGXI}.yaml"))
    assert await found(database, "samples") == [], "nobody is treated there"
    await contract(bare, "H1", "620422")
    (said,) = await found(database, "samples")
    assert said.startswith(f"{HUINING} counts 50 diseases under treat_first and does not name them all: 50 names are")
    assert f"policies/{HUINING}.settings.yaml" in said
    await contract(bare, "H2", "450202")
    assert any("14 names are samples" in one for one in await found(database, "samples"))
    rows = "".join(f"    - {{code: D{n}, name: 病种{n}}}\n" for n in range(50))
    own = f"disease_lists:\n  treat_first:\n    count: 50\n    source: 某县〔2019〕1号\n    diseases:\n{rows}"
    policies = Path(copytree(POLICIES, tmp_path / "policies"))
    (policies / f"{HUINING}.settings.yaml").write_text(own, encoding="utf-8")
    await adopt(bare, load_pack(policies / f"{HUINING}.yaml"))
    (said,) = await found(database, "samples")
    assert said.startswith(GUANGXI)


async def contract(bare: SingleConnection, hospital: str, division: str) -> None:
    await bare.execute(
        """INSERT INTO institutions (hospital_id, name, level, division, contract_from, majors, major_diseases)
           VALUES ($1, '示例', 'county', $2, '2018-01-01', false, '{}')""",
        hospital,
        division,
    )


async def adopt(bare: SingleConnection, *packs: Pack) -> None:
    """As settlement does when it starts with them."""
    for pack in packs:
        law = (pack.digest, pack.pack_id, pack.text)
        await bare.execute("INSERT INTO policies (digest, pack_id, text) VALUES ($1, $2, $3)", *law)
        await bare.execute(
            """INSERT INTO events (order_tx, stream_id, version, event_id, type, schema_version, data, meta,
                 occurred_at, chain, recorded_at)
               VALUES (1, 'policy/' || $1::text, 1, gen_random_uuid(), 't', 1, '{}', '{}', now(), '', now())""",
            pack.digest,
        )
