"""The form, its papers and what must be filled in are those of the applicant's place, as its document has them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, get_args

import httpx
import msgspec
import pytest
from services.referral.tests.conftest import FORM, LIBRARY, SEALED
from services.referral.tests.test_scans import KEYS, file, image

from kernel.testing.surroundings import Service
from law.packs import PackLibrary, load_library
from law.packs.rules import PaperForm
from referral.config import Config
from referral.referrals.domain.form import AttachmentKind

POLICIES: Final = Path(__file__).parents[3] / "policies"
HUNAN: Final = "430000-hunan/2018-xiangrenshefa-46.yaml"
#: What another place asks, whose document brings a form of its own: two copies, other boxes, other papers.
OTHER: Final = {
    "title: 湖南省农村贫困人口县域外就医转诊单": "title: 示例市困难群众转诊备案表",
    "copies: [医保经办机构留存, 转出医院留存, 转入医院留存]": "copies: [医保中心联, 医院联]",
    "label: 低保对象": "label: 最低生活保障对象",
    "fields: [phone, address, card_number]": "fields: [phone]",
    "any_of: [social_card_copy]": "any_of: [handbook_copy, diagnosis_certificate]",
    "注：1、此表一式3份，分别由医保经办机构、转出医院和转入医院留存。": "注：本表一式两份。",
}


def library_of(folder: Path, edit: Callable[[str], str], settings: str = "") -> PackLibrary:
    policies = folder / "policies"
    shutil.copytree(POLICIES, policies)
    pack = policies / HUNAN
    pack.write_text(edit(pack.read_text(encoding="utf-8")), encoding="utf-8")
    if settings:
        pack.with_suffix(".settings.yaml").write_text(settings, encoding="utf-8")
    return load_library(policies)


def other(text: str) -> str:
    for ours, theirs in OTHER.items():
        assert text.count(ours) == 1, ours
        text = text.replace(ours, theirs)
    return text


@pytest.fixture
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Config:
    match getattr(request, "param", "hunan"):
        case "other":
            return Config(library=library_of(tmp_path, other))
        case "scanned":
            return Config(library=library_of(tmp_path, str, "referral_scanned: true\n"), scan_keys=KEYS)
        case _:
            return Config(library=LIBRARY)


async def refused(client: httpx.AsyncClient, **changes: Any) -> tuple[int, str, str]:
    body = (response := await client.post("/v1/referrals", json=FORM | changes)).json()
    return response.status_code, body["code"], body["detail"]


async def test_hunan_asks_for_what_its_annex_names(sender: httpx.AsyncClient, agency: httpx.AsyncClient) -> None:
    status, code, detail = await refused(sender, filled_in=["address"])
    assert (status, code) == (422, "FORM_FIELD_MISSING")
    assert "nothing in phone, card_number" in detail
    assert (await refused(sender, filled_in=[]))[1] == "FORM_FIELD_MISSING"
    handbook = [*FORM["attachments"][:1], {"kind": "handbook_copy", "reference": "scan/17/3"}]
    assert (await refused(sender, attachments=handbook))[1:] == (
        "ATTACHMENT_MISSING", "the application needs social_card_copy",
    )  # fmt: skip
    filed = (await sender.post("/v1/referrals", json=FORM)).json()["referral_id"]
    page = (await agency.get(f"/v1/referrals/{filed}/form")).text
    assert page.count("<h1>湖南省农村贫困人口县域外就医转诊单</h1>") == 3
    assert ("☑ 低保对象" in page, "转入医院留存" in page) == (True, True)


@pytest.mark.parametrize("config", ["other"], indirect=True)
async def test_another_place_has_its_own_form_and_papers(sender: httpx.AsyncClient, agency: httpx.AsyncClient) -> None:
    assert (await refused(sender))[1:] == (
        "ATTACHMENT_MISSING", "the application needs diagnosis_certificate or handbook_copy",
    )  # fmt: skip
    handbook = [*FORM["attachments"][:1], {"kind": "handbook_copy", "reference": "scan/17/3"}]
    form = FORM | {"attachments": handbook, "filled_in": ["phone"]}
    filed = await sender.post("/v1/referrals", json=form)
    assert filed.status_code == 201, filed.text
    page = (await agency.get(f"/v1/referrals/{filed.json()['referral_id']}/form")).text
    assert page.count("<h1>示例市困难群众转诊备案表</h1>") == 2
    for text in ("第2联 医院联", "☑ 最低生活保障对象", "注：本表一式两份。"):
        assert text in page
    for text in ("湖南省", "转入医院留存", "一式3份"):
        assert text not in page


@pytest.mark.parametrize("config", ["scanned"], indirect=True)
async def test_a_place_that_approves_what_it_sees_waits_for_every_scan(
    sender: httpx.AsyncClient, agency: httpx.AsyncClient, applied: str
) -> None:
    path = f"/v1/referrals/{applied}"
    await sender.post(f"{path}/endorsement", json={**SEALED, "agreed": True})
    missing = ["household_book_copy or id_card_copy", "social_card_copy", "signed_form"]
    for shade, kind in enumerate(("id_card_copy", "social_card_copy", "signed_form"), start=1):
        assert (await agency.get(f"{path}/scans")).json()["missing"] == missing
        waits = await agency.post(f"{path}/approval", json=SEALED)
        assert (waits.status_code, waits.json()["code"]) == (409, "SCAN_MISSING")
        assert waits.json()["about"]["missing"] == ", ".join(missing)
        scanned = await file(sender, applied, image(shade=shade), kind=kind)
        assert scanned.status_code == 201, scanned.text
        del missing[0]
    # Rejecting needs no paper, and now nothing is missing.
    approved = await agency.post(f"{path}/approval", json=SEALED)
    assert (approved.status_code, approved.json()["state"]) == (200, "AGENCY_APPROVED")


async def test_where_no_document_asks_nothing_is_asked(referral: Service, sender: httpx.AsyncClient) -> None:
    """Before the first day of Hunan's document no referral is asked for, so none of its papers is."""
    bare = msgspec.json.decode(msgspec.json.encode(FORM)) | {"attachments": [], "filled_in": []}
    early = await sender.post("/v1/referrals", json=bare | {"signed_on": "2018-07-31"})
    assert early.status_code == 201, early.text
    assert (await refused(sender, attachments=[], signed_on="2018-08-01"))[1] == "ATTACHMENT_MISSING"


def test_the_kinds_that_a_document_may_ask_for_are_those_that_are_filed() -> None:
    assert set(get_args(PaperForm)) == {kind.value for kind in AttachmentKind}
