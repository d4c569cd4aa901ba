"""Institutions: their level, place, and the days on which their contract holds."""

from datetime import date

import msgspec

from kernel.values.refusals import Refused


class InstitutionContracted(msgspec.Struct, frozen=True, omit_defaults=True):
    """An institution as the agency has it in its registry from now on; replaces what was there."""

    hospital_id: str
    name: str
    level: str
    division: str
    contract_from: date
    contract_to: date | None = None
    majors: bool = False
    major_diseases: tuple[str, ...] = ()


class Institution(msgspec.Struct, frozen=True):
    """The registry's answer for one institution.

    ``majors``: designated for major diseases (002 三(二)): for those in ``major_diseases``, or for all where
    it names none.
    """

    hospital_id: str
    name: str
    level: str
    division: str
    contract_from: date
    contract_to: date | None
    majors: bool
    major_diseases: tuple[str, ...] = ()

    def designated_on(self, day: date) -> bool:
        """Whether its contract holds on a day (协议定点)."""
        return self.contract_from <= day and (self.contract_to is None or day <= self.contract_to)

    def designated_for(self, disease: str | None) -> bool:
        """Whether it is a designated hospital for a major disease; None is one that was not named."""
        return self.majors and (not self.major_diseases or disease in self.major_diseases)


def contract(command: InstitutionContracted) -> InstitutionContracted:
    """Accept a registry entry; refused where the contract ends before it begins."""
    if command.contract_to is not None and command.contract_to < command.contract_from:
        raise Refused(
            "DATES_OUT_OF_ORDER",
            f"the contract of {command.hospital_id} ends on {command.contract_to}, before it begins on "
            f"{command.contract_from}",
        )
    if command.major_diseases and not command.majors:
        raise Refused("MAJOR_DISEASES_MISPLACED", f"{command.hospital_id} is not designated for any major disease")
    return command
