"""What a comparison adds up: amounts before and otherwise, by month, place, hospital, person group and payer."""

from collections.abc import Iterable
from typing import Final

import msgspec

from law import Adjudication

#: Beside the payers: what the patient pays of the bills, and what comes to persons beside them.
PATIENT: Final = "PATIENT"
#: The group of those whom no law of aid names.
NO_GROUP: Final = "-"


class Place(msgspec.Struct, frozen=True):
    """Under what a settlement is counted; ``month`` is that of the discharge, ``group`` the category of before."""

    month: str
    county: str
    hospital_id: str
    group: str


class Key(msgspec.Struct, frozen=True):
    """One cell: a place and a payer with the funds behind it, in order."""

    place: Place
    payer: str
    funds: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the report; amounts in fen, payouts to persons counted with their payer."""

    month: str
    county: str
    hospital_id: str
    group: str
    payer: str
    funds: str
    settlements: int
    before_fen: int
    otherwise_fen: int
    difference_fen: int


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Settlements that the other law refuses for the same reason; ``first`` is one of them."""

    code: str
    settlements: int
    first: str
    detail: str


class Sums(msgspec.Struct, kw_only=True):
    """A running comparison; several are added together."""

    settlements: int = 0
    changed: int = 0
    #: By cell: settlements, fen before, fen otherwise.
    cells: dict[Key, tuple[int, int, int]] = {}
    refused: dict[str, Refusal] = {}
    #: Whether the other law is of a place of which anything was settled.
    took_place: bool = False

    def take(self, place: Place, before: Adjudication, otherwise: Adjudication) -> None:
        """Count a settlement."""
        ours, theirs = _amounts(before), _amounts(otherwise)
        self.settlements += 1
        self.changed += ours != theirs
        for name in ours.keys() | theirs.keys():
            self._add(Key(place, *name), (1, ours.get(name, 0), theirs.get(name, 0)))

    def refuse(self, settlement_id: str, code: str, detail: str) -> None:
        """Count a settlement that the other law refuses."""
        known = self.refused.get(code)
        count = 1 if known is None else known.settlements + 1
        first, said = (settlement_id, detail) if known is None else (known.first, known.detail)
        self.refused[code] = Refusal(code=code, settlements=count, first=first, detail=said)

    def plus(self, other: "Sums") -> None:
        """Add another one's."""
        self.settlements += other.settlements
        self.changed += other.changed
        self.took_place |= other.took_place
        for key, cell in other.cells.items():
            self._add(key, cell)
        for code, more in other.refused.items():
            known = self.refused.get(code)
            count = more.settlements + (0 if known is None else known.settlements)
            self.refused[code] = msgspec.structs.replace(known or more, settlements=count)

    def rows(self) -> list[Row]:
        """The cells in order."""
        ordered = sorted(self.cells.items(), key=lambda item: (*msgspec.structs.astuple(item[0].place), item[0].payer))
        return [
            Row(
                **msgspec.structs.asdict(key.place),
                payer=key.payer,
                funds=key.funds,
                settlements=count,
                before_fen=before,
                otherwise_fen=otherwise,
                difference_fen=otherwise - before,
            )
            for key, (count, before, otherwise) in ordered
        ]

    def _add(self, key: Key, cell: tuple[int, int, int]) -> None:
        known = self.cells.get(key, (0, 0, 0))
        self.cells[key] = (known[0] + cell[0], known[1] + cell[1], known[2] + cell[2])


def totals(rows: Iterable[Row]) -> dict[str, tuple[int, int]]:
    """Fen before and otherwise by payer."""
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        before, otherwise = found.get(row.payer, (0, 0))
        found[row.payer] = (before + row.before_fen, otherwise + row.otherwise_fen)
    return found


def _amounts(result: Adjudication) -> dict[tuple[str, str], int]:
    found = {(PATIENT, ""): result.patient_pays_fen}
    for layer in result.layers:
        if amount := layer.amount_fen + layer.payout_fen:
            found[layer.payer, ",".join(layer.funds)] = amount
    return found
