"""A drafting table: made-up laws of a few layers, and bills that are settled by them."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec
import pytest

from law import Adjudication, Claim, LayerTrace, Membership, Standing, adjudicate
from law.packs import Pack, Policy
from law.packs.model import PackFile

DAY: Final = date(2020, 3, 1)
_HEAD: Final[Mapping[str, Any]] = {
    "pack": "999999-made-up/2020-made-up-1",
    "region": "made-up",
    "division": "999999",
    "name": "某县",
    "document": {
        "number": "某〔2020〕1号",
        "title": "虚构",
        "issuer": "某县",
        "issued": "2020-01-01",
        "cited_as": "999",
    },
    "in_force_from": "2020-01-01",
    "population": {
        "clause": "第一条",
        "categories": [{"code": code, "name": code, "clause": "第一条"} for code in ("POOREST", "POOR")],
    },
}


class Draft:
    """Drafts a law, and settles a bill by it. Amounts in fen unless a name says yuan."""

    day = DAY

    @staticmethod
    def figure(value: str | None, **to: Any) -> dict[str, Any]:
        """A row of a table: a value in force since New Year, or null; ``to`` says for whom and what."""
        return {"for": to, "values": [{"from": "2020-01-01", "value": value, "clause": "第九条"}]}

    @staticmethod
    def layer(method: str, payer: str = "MA", **parameters: Any) -> dict[str, Any]:
        """A layer by itself; everyone is served, so that nothing but the method decides."""
        return {"method": method, "payer": payer, "name": payer, "clause": "第二条", "everyone": True} | parameters

    def outer(self, payer: str, **parameters: Any) -> dict[str, Any]:
        """An outer payer; insurances lessen the person's own compliant cost."""
        return self.layer("given", payer, **{"lessens_own_cost": payer in ("BMI", "CII")} | parameters)

    @staticmethod
    def law(*layers: Mapping[str, Any], configured: Mapping[str, str] | None = None, **parts: Any) -> Policy:
        """A policy of these layers; ``parts`` are other parts of the pack, such as ``referral``."""
        file = msgspec.convert({**_HEAD, "layers": list(layers), **parts}, PackFile)
        return Policy(Pack(file, "", ""), DAY, configured)

    @staticmethod
    def settle(
        law: Policy,
        total_fen: int,
        balances: Mapping[str, int] | None = None,
        *,
        category: str | None = "POOR",
        **facts: Any,
    ) -> Adjudication:
        """Settle a stay of the made-up day; all cost is compliant unless ``facts`` say otherwise."""
        costs: dict[str, Any] = {"kind": "inpatient", "compliant_fen": total_fen, "out_of_catalogue_fen": 0}
        claim = Claim(**costs | facts, total_fen=total_fen, discharged_on=DAY)
        held = () if category is None else (Membership(category=category, valid_from=date(2015, 1, 1)),)
        return adjudicate(claim, Standing(held), dict(balances or {}), law)

    @staticmethod
    def trace(result: Adjudication, payer: str = "MA") -> LayerTrace:
        """How one payer's layer was worked out."""
        return next(layer for layer in result.layers if layer.payer == payer)


@pytest.fixture(scope="session")
def draft() -> Draft:
    return Draft()
