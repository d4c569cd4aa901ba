"""Institutions: their level, place, and the days on which their contract holds."""

from datetime import date

import msgspec

from kernel.refusals import Refused


class InstitutionContracted(msgspec.Struct, frozen=True, omit_defaults=True):
    """An institution as the agency has it in its registry from now on; replaces what was there."""

    hospital_id: str
    name: str
    level: str
    division: str
    contract_from: date
    contract_to: date | None = None
    majors: bool = False


class Institution(msgspec.Struct, frozen=True):
    """The registry's answer for one institution. ``majors``: designated for major diseases (002 三(二))."""

    hospital_id: str
    name: str
    level: str
    division: str
    contract_from: date
    contract_to: date | None
    majors: bool

    def designated_on(self, day: date) -> bool:
        """Whether its contract holds on a day (协议定点)."""
        return self.contract_from <= day and (self.contract_to is None or day <= self.contract_to)


def contract(command: InstitutionContracted) -> InstitutionContracted:
    """Accept a registry entry; refused where the contract ends before it begins."""
    if command.contract_to is not None and command.contract_to < command.contract_from:
        raise Refused(
            "DATES_OUT_OF_ORDER",
            f"the contract of {command.hospital_id} ends on {command.contract_to}, before it begins on "
            f"{command.contract_from}",
        )
    return command
