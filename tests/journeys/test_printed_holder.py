"""The referral form names the person whom identity knows, or it is not printed: the window asks first, then prints."""

from typing import Any

from kernel.security import Role
from workbench.demo import referrals
from workbench.demo.city import CITY_HOSPITAL, HOSPITALS
from workbench.demo.window import Window


async def test_the_holder_on_the_form_is_compared_with_the_person(embedded_town: Any) -> None:
    town = embedded_town
    person, other = (p for p in town.people[:2])
    local = next(hospital for hospital in HOSPITALS if hospital.division == person.county)
    window = Window(town.platform, Role.HOSPITAL, local.hospital_id)
    person_id, category = town.ids[person.number], person.category
    receiving = CITY_HOSPITAL.hospital_id
    referral_id = await referrals.refer(town.platform, window, person_id, receiving, town.today, category)
    path = f"/v1/persons/{person_id}/holder-notes"
    card = {"id_number": person.id_number, "name": person.name}
    given = await window.post("identity", path, card)
    for wrong in (card | {"name": "别人"}, {"id_number": other.id_number, "name": other.name}):
        refused = await window.send("identity", path, wrong)
        assert (refused.status_code, refused.json()["code"]) == (409, "HOLDER_DISAGREES")
    holder = card | {"phone": "13900000000", "address": "示范路1号", "card_number": "A1", "note": given["note"]}
    form = f"/v1/referrals/{referral_id}/form"
    printed = await window.send("referral", form, holder)
    assert printed.status_code == 200, printed.text
    assert "已与身份登记核对一致" in printed.text
    swapped = await window.send("referral", form, holder | {"id_number": other.id_number})
    assert (swapped.status_code, swapped.json()["code"]) == (409, "HOLDER_DISAGREES")
    # It is written down as a look-up, and the note is kept nowhere.
    operations = Window(town.platform, Role.OPERATIONS, subject="privacy")
    looked = await operations.get("identity", f"/v1/persons/{person_id}/lookups")
    assert [row["reason"] for row in looked["items"]] == ["REFERRAL", "REFERRAL"]
