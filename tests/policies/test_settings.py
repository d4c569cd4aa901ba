"""Settings of a county beside a pack: figures that the document leaves open, and other readings of it."""

from datetime import date
from pathlib import Path
from shutil import copytree

import msgspec
import pytest

from kernel.values.refusals import Refused
from law import Claim, Membership, Standing, adjudicate
from law.certificate import Certificate
from law.packs import Pack, PackError, PackLibrary, Policy, load_library, parse_pack
from law.packs.library import pack_paths
from law.packs.loading import load_pack

POLICIES = Path(__file__).parent.parent.parent / "policies"
HUNAN = "430000-hunan/2018-xiangrenshefa-46"
GUANGXI = "450000-guangxi/2019-guiyibaofa-14"
TARGET = """\
configured:
  target_share_percent:
  - {from: 2018-08-01, value: "10", clause: 某县〔2018〕1号}
  - {from: 2018-10-01, value: "8.5", clause: 某县〔2018〕2号}
"""
POOR = Standing((Membership(category="DIBAO", valid_from=date(2018, 1, 1)),))


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A copy of the packs, in which a county may write."""
    return Path(copytree(POLICIES, tmp_path / "policies"))


def with_settings(county: Path, text: str, pack: str = HUNAN) -> Pack:
    """The pack with a settings file beside it."""
    (county / f"{pack}.settings.yaml").write_text(text, encoding="utf-8")
    return load_pack(county / f"{pack}.yaml")


def pays(pack: Pack, on: date, **facts: object) -> int:
    """What a poor person pays of 10 000 yuan that nobody but the backstop helps with."""
    nothing = {"BMI": 0, "CII": 0, "THB": 0, "MA": 0, "HRED": 0}
    claim = Claim(kind="inpatient", discharged_on=on, total_fen=1_000_000, given_fen=nothing, **facts)  # type: ignore[arg-type]  # facts are fields of a claim
    return adjudicate(claim, POOR, {}, Policy(pack, on)).patient_pays_fen


@pytest.mark.parametrize(
    ("on", "pays_fen"),
    [
        (date(2018, 8, 1), 100_000),
        (date(2018, 9, 30), 100_000),
        (date(2018, 10, 1), 85_000),
        (date(2018, 12, 31), 85_000),
    ],
)
def test_a_figure_that_the_document_leaves_open_counts_from_its_day_on(county: Path, on: date, pays_fen: int) -> None:
    assert pays(with_settings(county, TARGET), on) == pays_fen


def test_before_its_first_day_and_after_its_end_a_figure_is_missing_and_named(county: Path) -> None:
    late = with_settings(county, TARGET.replace("2018-08-01", "2018-08-02"))
    ended = with_settings(county, TARGET.replace('"8.5"', "null"))
    for pack, on in ((late, date(2018, 8, 1)), (ended, date(2018, 10, 1))):
        with pytest.raises(Refused) as refused:
            pays(pack, on)
        assert (refused.value.code, refused.value.about["parameter"]) == ("PARAMETER_MISSING", "target_share_percent")


def test_a_reading_chosen_by_the_county_is_in_force_and_the_others_stay(county: Path) -> None:
    chosen = with_settings(county, f"{TARGET}readings: {{H1: withhold_hred_fiscal}}\n")
    own = load_pack(POLICIES / f"{HUNAN}.yaml")
    differing = [
        (mine.ambiguity, theirs.value)
        for mine, theirs in zip(own.file.readings, chosen.file.readings, strict=True)
        if mine != theirs
    ]
    assert differing == [("H1", "withhold_hred_fiscal")]


def test_the_text_of_a_pack_holds_its_settings_and_decides_again_alone(county: Path) -> None:
    pack = with_settings(county, f"{TARGET}readings: {{H5: emergency_exempt}}\n")
    again = parse_pack(pack.text, "from the event")
    assert (again.file, again.settings, again.digest) == (pack.file, pack.settings, pack.digest)
    assert pack.digest != load_pack(POLICIES / f"{HUNAN}.yaml").digest
    emergency = {"place": "out_county", "emergency": True}
    assert pays(again, date(2018, 9, 1), **emergency) == 100_000


@pytest.mark.parametrize(
    ("admitted_on", "pays_fen"),
    [(date(2018, 8, 20), 100_000), (date(2018, 9, 18), 100_000), (date(2018, 9, 19), 1_000_000)],
)
def test_a_county_may_let_approvals_of_referrals_run_out(county: Path, admitted_on: date, pays_fen: int) -> None:
    # AMB-H5: no expiry unless configured; thirty days, that of the approval being the first (as referral counts them).
    stay = {"place": "out_county", "admitted_on": admitted_on, "referral_approved_on": date(2018, 8, 20)}
    limited = with_settings(county, f"{TARGET}referral_valid_days: 30\n")
    assert pays(limited, date(2018, 9, 25), **stay) == pays_fen
    assert pays(with_settings(county, TARGET), date(2018, 9, 25), **stay) == 100_000


def test_where_a_document_knows_no_referral_none_runs_out(county: Path) -> None:
    with pytest.raises(PackError, match="the pack knows no referral"):
        with_settings(county, "referral_valid_days: 30\n", "620422-huining/2018-huiweijifa-203")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (
            TARGET.replace("target_share_percent", "target"),
            2,
            "no figure 'target' open; open are: target_share_percent",
        ),
        (TARGET.replace('"10"', '"100.5"'), 3, "out of range"),
        (TARGET.replace('"10"', '"-1"'), 3, "out of range"),
        (TARGET.replace('"10"', '"ten"'), 3, "not a percentage"),
        (TARGET.replace('"10"', "10.0"), 3, "binary fraction"),
        (TARGET.replace('"10"', "10"), 3, "Expected `str | null`"),
        (TARGET.replace("clause: 某县〔2018〕1号", 'clause: ""'), 3, "every value needs the clause"),
        (TARGET.replace(", clause: 某县〔2018〕1号", ""), 3, "the key 'clause' is missing"),
        (TARGET.replace("clause: 某县〔2018〕1号", "clause: 某县, colour: red"), 3, "the key 'colour' is not known"),
        (TARGET.replace("2018-10-01", "2018-08-01"), 4, "does not come after 2018-08-01: an overlap"),
        (TARGET.replace("2018-10-01", "2018-02-30"), 4, "is not a day"),
        ("configured: {target_share_percent: []}\n", 1, "a time line needs at least one value"),
        (f"{TARGET}readings: {{H1: as_we_like}}\n", 5, "H1 cannot be read as 'as_we_like'"),
        (f"{TARGET}readings: {{L1: single}}\n", 5, "the pack knows no reading L1"),
        (f"{TARGET}readings:\n  H7: a_rate\n", 6, "H7 has one reading only, input_amount"),
        (f"{TARGET}readings:\n  H6: civil_affairs_feed\n", 6, "H6 cannot be read as 'civil_affairs_feed'"),
        (f"{TARGET}said_by: [{{category: ORPHANS, by: civil-affairs, clause: 某县}}]\n", 5, "not in the population"),
        (f"{TARGET}said_by: [{{category: DIBAO, by: civil-affairs, clause: ''}}]\n", 5, "needs the clause"),
        (f"{TARGET}said_by: [{{category: DIBAO, by: a-friend, clause: 某县}}]\n", 5, "Invalid enum value 'a-friend'"),
        (f"{TARGET}readings: {{H1: withhold_hred_fiscal, H1: withhold_hred_fiscal}}\n", 5, "twice"),
        (f"{TARGET}configured: {{}}\n", 5, "the key 'configured' stands here twice; the first is on line 1"),
        ("configured: {a.b: [{from: 2018-08-01}]}\n", 1, "is missing"),
        (f"{TARGET}referral_valid_days: 0\n", 5, "use at least 1"),
        (f"{TARGET}colour: red\n", 5, "the key 'colour' is not known"),
        ("- a list\n", 1, "Expected `object`, got `array`"),
        ("# nothing but a remark\n", 1, "the file is empty"),
    ],
)
def test_settings_that_cannot_be_are_refused_in_their_own_file_at_their_line(
    county: Path, text: str, line: int, said: str
) -> None:
    with pytest.raises(PackError) as refused:
        with_settings(county, text)
    assert said in refused.value.what
    assert (refused.value.source, refused.value.line) == ("2018-xiangrenshefa-46.settings.yaml", line)


def own_list(name: str, count: int, *, sample: str = "") -> str:
    """A county's list of made-up diseases, of which the last one may be marked."""
    rows = [f"    - {{code: D{number:02d}, name: 病种{number}}}\n" for number in range(1, count)]
    last = f"    - {{code: D{count:02d}, name: 病种{count}{sample}}}\n"
    head = f"disease_lists:\n  {name}:\n    count: {count}\n    source: 某县〔2019〕1号\n    diseases:\n"
    return "".join((head, *rows, last))


@pytest.mark.parametrize(
    ("pack", "name", "count"),
    [
        ("450000-guangxi/2019-guiyibaofa-14", "certification", 29),
        ("620422-huining/2018-huiweijifa-203", "treat_first", 50),
    ],
)
def test_a_county_s_own_list_takes_the_place_of_the_samples(county: Path, pack: str, name: str, count: int) -> None:
    read = with_settings(county, own_list(name, count), pack)
    listed = getattr(read.file, name).disease_list
    assert (len(listed.diseases), listed.sample, listed.diseases[-1].name) == (count, False, f"病种{count}")
    assert parse_pack(read.text, "from the event").file == read.file
    for wrong, line, said in (
        (own_list(name, count - 1), 3, f"the document speaks of {count} diseases"),
        (own_list(name, count).replace(f"D{count:02d}", "D01"), 5 + count, "'D01' stands in the list twice"),
        (own_list(name, count, sample=", sample: true"), 5 + count, "a county's own list has no samples"),
        (own_list("treat_first" if name == "certification" else "certification", count), 2, "the pack has no list"),
    ):
        with pytest.raises(PackError) as refused:
            with_settings(county, wrong, pack)
        assert said in refused.value.what
        assert refused.value.line == line


LEYE = "451028-leye/2018-weishengjisheng-10"
CERTIFIED = """\
certification:
  clause: 某县〔2019〕1号
  diseases: 1
  hospital_grade_min: 2
  doctors_min: 2
  title_min: attending
  required_for: [chronic_outpatient]
  withhold: [GOV1, GOV2]
  disease_list: {count: 1, source: 某县〔2019〕1号, diseases: [{code: M1, name: 病种}]}
"""


def test_a_county_may_say_who_certifies_the_chronically_ill_where_its_document_does_not(county: Path) -> None:
    # 000 一(二)1: whoever is chronically ill pays a tenth; the document says nobody who finds that they are.
    nothing = {"BMI": 0, "CII": 0, "MA": 0, "HPI": 0}
    visit = Claim(kind="chronic_outpatient", discharged_on=date(2019, 8, 1), total_fen=10_000, given_fen=nothing)
    certified = msgspec.structs.replace(visit, certificate=Certificate("c1", "M1", "H1", date(2019, 7, 1)))
    poor = Standing((Membership(category="REGISTERED_POOR", valid_from=date(2018, 1, 1), poverty_status="NOT_LIFTED"),))
    for text, expected in (("readings: {}\n", (1_000, 1_000)), (CERTIFIED, (10_000, 1_000))):
        pack = with_settings(county, text, LEYE)
        policy = Policy(parse_pack(pack.text, "from the event"), visit.discharged_on)
        assert tuple(adjudicate(one, poor, {}, policy).patient_pays_fen for one in (visit, certified)) == expected


@pytest.mark.parametrize(
    ("pack", "text", "line", "said"),
    [
        (GUANGXI, CERTIFIED, 1, "the document itself says who certifies (三(八)-(九))"),
        (LEYE, CERTIFIED.replace("GOV2", "GOV3"), 8, "'GOV3' is no payer"),
        (LEYE, CERTIFIED.replace("diseases: 1", "diseases: 2"), 9, "speaks of 2 diseases"),
        (LEYE, CERTIFIED.replace("count: 1", "count: 2"), 9, "the list has 1 diseases, and must have 2"),
        (LEYE, CERTIFIED.replace("name: 病种}", "name: 病种, sample: true}"), 1, "without samples"),
    ],
)
def test_what_is_no_rule_of_certifying_is_refused(county: Path, pack: str, text: str, line: int, said: str) -> None:
    with pytest.raises(PackError) as refused:
        with_settings(county, text, pack)
    assert said in refused.value.what
    assert refused.value.line == line


def test_an_amount_is_written_as_an_amount(county: Path) -> None:
    # Jieyang's outpatient limit of AMB-E6 is money, not a percentage.
    text = 'configured:\n  outpatient_cap_yuan:\n  - {from: 2019-01-01, value: "VALUE", clause: 某市}\n'
    jieyang = "445200-jieyang/2019-jieyibao-21"
    pack = with_settings(county, text.replace("VALUE", "12000.50"), jieyang)
    assert Policy(pack, date(2019, 8, 1)).configured == {"outpatient_cap_yuan": "12000.50"}
    for wrong in ("12000.505", "1e4", "12,000", "-1.00"):
        with pytest.raises(PackError, match=r"amount in yuan|out of range"):
            with_settings(county, text.replace("VALUE", wrong), jieyang)


def test_settings_without_a_pack_beside_them_are_not_passed_over(county: Path) -> None:
    (county / "430000-hunan/2018-xiangrenshefa-64.settings.yaml").write_text(TARGET, encoding="utf-8")
    with pytest.raises(PackError, match=r"no pack 2018-xiangrenshefa-64\.yaml lies beside these settings"):
        load_library(county)


def test_settings_are_no_pack(county: Path) -> None:
    with_settings(county, TARGET)
    assert [path.name for path in pack_paths(county)] == [path.name for path in pack_paths(POLICIES)]
    assert isinstance(load_library(county), PackLibrary)
