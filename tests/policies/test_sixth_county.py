"""A sixth place is a new file and no code: a made-up county settles, by known methods, from its file alone."""

from datetime import date
from pathlib import Path

import msgspec

from law import Adjudication, Claim, Membership, Standing, adjudicate
from law.packs import Pack, PackLibrary, Policy, parse_pack

TEXT = (Path(__file__).parent / "sixth-county.yaml").read_text(encoding="utf-8")


def pack() -> Pack:
    return parse_pack(TEXT, "2020-invented-1.yaml")


def settle(category: str, on: date, balances: dict[str, int] | None = None) -> Adjudication:
    """A stay of 40 000 yuan, of which 38 000 are compliant and basic insurance pays 20 000: 18 000 are left."""
    claim = Claim(
        kind="inpatient",
        discharged_on=on,
        total_fen=40_000_00,
        compliant_fen=38_000_00,
        given_fen={"NCMS": 20_000_00},
    )
    policy = PackLibrary([pack()]).in_force("999901", on)
    return adjudicate(
        claim, Standing((Membership(category=category, valid_from=date(2019, 1, 1)),)), balances or {}, policy
    )


def amounts(result: Adjudication) -> dict[str, int]:
    return {layer.payer: layer.amount_fen for layer in result.layers}


def test_every_layer_of_the_made_up_document_pays_its_part() -> None:
    result = settle("DIBAO", date(2020, 3, 1))
    # CII: (18 000 - 10 000) × 60 %; aid: (18 000 - 4 800) × 60 %; own: 12 080, of which at most 4 000 in the year.
    assert amounts(result) == {"NCMS": 20_000_00, "CII": 4_800_00, "MA": 7_920_00, "GOV": 3_280_00}
    assert result.patient_pays_fen == 4_000_00
    assert result.after_fen == {
        "cii_base": 18_000_00,
        "cii_paid": 4_800_00,
        "aid_paid": 7_920_00,
        "own_paid": 4_000_00,
    }


def test_the_poorest_have_a_lower_deductible_and_higher_rates() -> None:
    # CII: (18 000 - 5 000) × 65 %; aid: (18 000 - 8 450) × 90 %; own: 2 955.
    assert amounts(settle("TEKUN", date(2020, 3, 1))) == {"NCMS": 20_000_00, "CII": 8_450_00, "MA": 8_595_00, "GOV": 0}


def test_a_later_document_counts_from_its_day_on() -> None:
    # 70.5 % of 13 200 from the first of July on, and the clause is that of the later document.
    before, after = settle("DIBAO", date(2020, 6, 30)), settle("DIBAO", date(2020, 7, 1))
    assert amounts(before)["MA"] == 7_920_00
    assert amounts(after)["MA"] == 9_306_00
    assert after.layers[2].clause == "999 某政发〔2020〕9号"
    assert after.layers[2].percent == "70.5"


def test_the_year_goes_on_where_it_stood() -> None:
    first = settle("DIBAO", date(2020, 3, 1))
    second = settle("DIBAO", date(2020, 3, 20), first.after_fen)
    # CII: the second 18 000 lie above the deductible, 36 000 in the year; aid up to its cap; own cap is reached.
    assert amounts(second) == {"NCMS": 20_000_00, "CII": 10_800_00, "MA": 4_320_00, "GOV": 4_880_00}
    assert second.patient_pays_fen == 0


def test_someone_whom_the_document_does_not_name_gets_only_what_everyone_gets() -> None:
    result = settle("REGISTERED_POOR", date(2020, 3, 1))
    assert result.category is None
    assert amounts(result) == {"NCMS": 20_000_00, "CII": 4_800_00, "MA": 0, "GOV": 0}


def test_the_text_alone_decides_again_what_the_file_decided() -> None:
    again = Policy(parse_pack(pack().text, "from the event"), date(2020, 3, 1))
    kept = msgspec.json.decode(msgspec.json.encode(settle("DIBAO", date(2020, 3, 1))), type=Adjudication)
    assert again.pack.digest == pack().digest
    assert kept == settle("DIBAO", date(2020, 3, 1))
