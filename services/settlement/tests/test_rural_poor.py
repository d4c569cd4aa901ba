"""Hunan's rural poor (001 二(一)): registered poor, rural dibao, extremely poor, poor disabled; any one is enough."""

from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Any, Final

import pytest
from services.settlement.tests.conftest import POLICIES, Desk, open_desk

from kernel.testing.surroundings import Surroundings
from law.packs import load_library

HUNAN: Final = "430000-hunan/2018-xiangrenshefa-46"
#: The target share is a sample: the documents that set it are not at hand (AMB-H4).
SETTINGS: Final = 'configured:\n  target_share_percent: [{from: 2018-01-01, value: "10", clause: 示例}]\n'
PAYERS: Final = {"BMI": "5000.00", "CII": "0.00", "THB": "0.00", "MA": "0.00", "HRED": "0.00"}


@pytest.fixture
async def hunan(around: Surroundings, tmp_path: Path) -> Desk:
    policies = Path(copytree(POLICIES, tmp_path / "policies"))
    (policies / f"{HUNAN}.settings.yaml").write_text(SETTINGS, encoding="utf-8")
    return await open_desk(around, "430481", library=load_library(policies))


async def backstop(desk: Desk, categories: tuple[str, ...], **more: Any) -> str:
    await desk.tell("P1", *categories, **more)
    settled = await desk.bill("P1", date(2019, 8, 5), {"compliant": "10000.00"}, PAYERS)
    return str(next(layer["amount"] for layer in settled["bill"]["layers"] if layer["payer"] == "FISCAL"))


@pytest.mark.parametrize(
    ("categories", "more", "pays"),
    [
        (("REGISTERED_POOR",), {"poverty_status": "NOT_LIFTED"}, "4000.00"),
        (("DIBAO",), {"group": "RURAL"}, "4000.00"),
        (("TEKUN",), {}, "4000.00"),
        (("POOR_DISABLED",), {}, "4000.00"),
        (("TEKUN", "POOR_DISABLED"), {}, "4000.00"),
        (("DIBAO",), {"group": "URBAN"}, "0.00"),
        (("LOW_INCOME",), {"group": "ELDERLY"}, "0.00"),
        ((), {}, "0.00"),
    ],
)
async def test_any_one_of_the_four_is_enough_at_the_window_and_nothing_else_is(
    hunan: Desk, categories: tuple[str, ...], more: dict[str, Any], pays: str
) -> None:
    assert await backstop(hunan, categories, **more) == pays
