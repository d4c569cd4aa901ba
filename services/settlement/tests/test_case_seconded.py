"""Who signs for which department at the station, where a county has named them (R-LY-05, 000 一(一)3)."""

from typing import Any

import pytest
from services.settlement.tests.conftest import POLICIES, open_desk
from services.settlement.tests.test_cases import OUTSIDE, handed_in, refused, settle

from kernel.security import Role
from kernel.testing.surroundings import Surroundings
from settlement.config import config_from

NAMED = "451028/社保=wei,451028/民政=lan, 451028/民政=mo ,450202/社保=lan"


def settings(**more: str) -> Any:
    return config_from({"ONESTOP_POLICIES": str(POLICIES), **more})


async def test_whom_a_county_has_named_signs_for_the_own_department_only(around: Surroundings) -> None:
    leye = await open_desk(around, "451028", seconded=settings(ONESTOP_CASE_SECONDED=NAMED).seconded)
    await leye.tell("P1", "REGISTERED_POOR", poverty_status="NOT_LIFTED")
    everywhere = await leye.service.client(Role.AGENCY, "A0")
    assert (await everywhere.post("/v1/institutions", json=OUTSIDE)).status_code == 201
    agency = await leye.service.client(Role.AGENCY, "A1", divisions=["451028"])
    case = await handed_in(agency)
    await settle(agency, case)
    path = f"/v1/cases/{case['case_id']}/sign-offs"

    async def sign(user: str, owner: str) -> Any:
        person = await leye.service.client(Role.AGENCY, "A1", subject=user, divisions=["451028"])
        return await person.post(path, json={"owner": owner})

    for user, owner in (("wei", "民政"), ("lan", "社保"), ("somebody", "社保"), ("agency-1", "民政")):
        assert refused(await sign(user, owner)) == (403, "SIGN_OFF_NOT_SECONDED"), (user, owner)
    assert (await sign("wei", "社保")).status_code == 200
    done = await sign("mo", "民政")
    assert [(each["owner"], each["by"]) for each in done.json()["signed"]] == [("社保", "wei"), ("民政", "mo")]


@pytest.mark.parametrize("text", ["社保=wei", "451028/社保", "451028/=wei", "/社保=wei"])
def test_the_setting_names_county_department_and_user(text: str) -> None:
    with pytest.raises(ValueError, match="ONESTOP_CASE_SECONDED"):
        settings(ONESTOP_CASE_SECONDED=text)
