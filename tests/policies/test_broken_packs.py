"""Packs that cannot be used: each is refused with file, line, and what would be right."""

from pathlib import Path

import pytest

from law.packs import PackError, load_library, parse_pack
from settlement.policies.domain import LawBook, PolicyAdopted

PACK = Path(__file__).parent.parent.parent / "policies/445200-jieyang/2019-jieyibao-21.yaml"
TEXT = PACK.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ('  cited_as: "004"\n', '  cited_as: "004"\n  colour: red\n', "colour"),
        ('value: "80000.00"', "value: 80000.0", "binary fraction"),
        ("region: jieyang\n", "region: jieyang\nregion: again\n", "twice"),
        ('value: "100", clause: 三(二)2(1)}', 'value: "100", clause: ""}', "clause"),
        ('{from: 2019-01-01, value: "30000.00"', '{from: 2019-08-02, value: "30000.00"', "gap"),
        ('value: "100"', 'value: "100.1"', "100.1"),
        ("method: banded_lump_sum", "method: guesswork", "guesswork"),
        ("paid_in: sec_paid", "paid_in: nothing", "nothing"),
        ('pays_yuan: "5000.00"', 'pays_yuan: "five thousand"', "not an amount in yuan"),
        ('percent: "20"', 'percent: "120"', "out of range"),
        ('from_yuan: "20000.00"', 'from_yuan: "9000.00"', "bands must rise"),
        ("  after: MA\n", "  after: CII\n", "no layer of method rate_of_base"),
        ("funds: [POVFUND, MA]", "funds: [LOTTERY, MA]", "the fund 'LOTTERY' is not declared"),
        ("withhold: [MA, MASEC]", "withhold: [MA, GOV1]", "no layer has the payer GOV1"),
        ("category: [DIBAO]", "category: [RICH]", "RICH"),
        ("value: separate", "value: together", "cannot be read as 'together'"),
        ('division: "445200"', "division: 445200", "Expected `str`"),
    ],
)
def test_a_broken_pack_is_refused_at_its_line(good: str, bad: str, said: str) -> None:
    assert good in TEXT, "the sample must break something that is there"
    broken = TEXT.replace(good, bad, 1)
    with pytest.raises(PackError, match=said) as refused:
        parse_pack(broken, "broken.yaml")
    line = TEXT[: TEXT.index(good)].count("\n") + 1
    assert refused.value.source == "broken.yaml"
    assert abs(refused.value.line - line) <= 2, f"{refused.value} should point near line {line}"


def test_every_pack_loads() -> None:
    regions = {pack.file.region for pack in load_library(PACK.parent.parent).packs}
    assert regions == {"leye", "hunan", "huining", "guangxi", "jieyang"}


def test_a_fund_that_may_not_pay_a_layer_is_refused_where_the_layer_asks_it() -> None:
    broken = TEXT.replace("  purposes: [MA] #", "  purposes: [GOV] #")
    with pytest.raises(PackError, match="the fund POVFUND does not pay MA; its purposes are GOV") as refused:
        parse_pack(broken, "broken.yaml")
    assert "POVFUND" in TEXT.splitlines()[refused.value.line - 1]


def test_a_fund_pays_under_a_reading_only_what_asks_it_under_that_reading() -> None:
    anyway = TEXT.replace('reading: ["E12:povfund_first", "E12b:povfund_for_relief"]}\n    funds', "}\n    funds")
    assert anyway != TEXT
    with pytest.raises(PackError, match=r"the fund POVFUND does not pay MASEC; its purposes are MA$"):
        parse_pack(anyway, "broken.yaml")
    unknown = TEXT.replace('"E12b:povfund_for_relief"], purposes', '"E12b:povfund_for_all"], purposes')
    with pytest.raises(PackError, match="E12b cannot be read as 'povfund_for_all'") as refused:
        parse_pack(unknown, "broken.yaml")
    assert "povfund_for_all" in unknown.splitlines()[refused.value.line - 1]


def test_a_layer_on_the_own_cost_needs_to_know_what_lessens_it() -> None:
    broken = TEXT.replace("  lessens_own_cost: true # 经基本医疗保险、大病保险报销后\n", "")
    with pytest.raises(PackError, match="MA works on the compliant cost that the insurances leave"):
        parse_pack(broken, "broken.yaml")


GUANGXI = (PACK.parent.parent / "450000-guangxi/2019-guiyibaofa-14.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pack: &a [1, 2]\nregion: 1\n", "pack:1: anchors have no place in a pack"),
        ("pack:\n- *a\n", "pack:2: anchors have no place in a pack"),
        ("- " * 100_000, "pack:1: values stand in each other more than 40 deep"),
        ("pack: " + "[" * 100_000, "pack:1: values stand in each other more than 40 deep"),
        ("pack: 0x1F\n", "pack:1: 0x1F is not a whole number"),
        ("pack: " + "9" * 5000 + "\n", "is not a whole number"),
        ("pack: \x01\n", "pack:1: a character here has no place in a text"),
    ],
    ids=["anchor", "alias", "deep", "deep-flow", "hexadecimal", "endless", "control"],
)
def test_a_text_that_would_be_more_than_it_is_is_refused(text: str, said: str) -> None:
    with pytest.raises(PackError) as refused:
        parse_pack(text, "pack")
    assert said in str(refused.value)


def test_law_that_was_adopted_before_anchors_were_refused_is_read_for_ever() -> None:
    anchored = GUANGXI.replace("diseases: 29", "diseases: &number 29", 1)
    law = PolicyAdopted(pack_id="guangxi", digest="d", text=anchored)
    with pytest.raises(PackError, match="anchors have no place in a pack"):
        parse_pack(anchored, "guangxi")
    book = LawBook()
    book.enter(law)
    assert book.pack("d").file == parse_pack(GUANGXI, "guangxi").file


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("    - {code: GX29, name: 样例第29种（名称待填）, sample: true}\n", "", "28 diseases, and must have 29"),
        ("code: GX29", "code: GX28", "'GX28' stands in the list twice"),
        ("  diseases: 29\n", "  diseases: 30\n", "the document speaks of 30 diseases"),
    ],
)
def test_a_list_of_diseases_is_as_long_as_its_document_says(good: str, bad: str, said: str) -> None:
    assert good in GUANGXI
    with pytest.raises(PackError, match=said):
        parse_pack(GUANGXI.replace(good, bad, 1), "broken.yaml")
