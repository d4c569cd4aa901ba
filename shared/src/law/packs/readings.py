"""Readings of the law: the choices where a text is open (AMB), with the one in force by default first."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from law.methods.declared import Choice
from law.methods.layer import Layer
from law.methods.register import METHODS
from law.packs.model import PackFile, Reading
from law.packs.population import Exclusions, Identification, TreatFirst
from law.packs.rules import Clock, DayOfMonth, Prepayment, ReferralRule, Reserve

#: The questions that a method answers by a parameter of its own.
CHOICES: Final[Mapping[str, Choice]] = MappingProxyType(
    {choice.ambiguity: choice for method in METHODS for choice in method.CHOICES}
)
#: The values that each ambiguity may take. What is not here has one reading only.
SWITCHABLE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {choice.ambiguity: choice.readings for choice in CHOICES.values()}
    | {
        "L4": ("parity80", "ninety", "annual_cap_only"),
        "L5": ("place", "level"),
        "L7": ("receivable", "write_off"),
        "H1": ("withhold_thb_ma_hred_fiscal", "withhold_hred_fiscal"),
        "H5": ("approval_on_or_before_admission", "emergency_filed_afterwards", "emergency_exempt"),
        "H2": ("max", "percent_only", "months_only"),
        "H3": (
            "inclusive_no_shift",
            "exclusive_no_shift",
            "inclusive_next_working_day",
            "exclusive_next_working_day",
        ),
        "C1": ("guaranteed_households_too", "registered_poor_only"),
        "C4": ("inpatient_only", "with_chronic_outpatient"),
        "D3": (
            "two_years_inclusive_by_admission",
            "two_years_inclusive_by_discharge",
            "end_of_second_calendar_year",
        ),
        "D4": ("same_as_inpatient", "all_registered_poor"),
        "E4": ("separate", "joint"),
        "E5": ("as_inpatient", "as_outpatient"),
        "E6": ("no_outpatient_aid", "eighty_percent"),
        "E11": ("other_not_included", "other_included"),
        "E12": ("povfund_first", "ma_only"),
        "E12a": ("povfund_first", "aid_fund_for_premiums"),
        "E12b": ("aid_fund", "povfund_for_relief"),
        "H6": ("civil_affairs_feeds", "federation_feeds"),
        "H8": ("stays_only", "visits_too"),
        "D10": ("no_deposit", "deposit_may_be_asked"),
        "X9": ("lifted_included", "two_years"),
        "X10": ("admission_day", "discharge_day"),
        "X11": ("pooling_area", "anywhere"),
    }
)
_H3: Final = MappingProxyType(
    {
        "inclusive_no_shift": ("inclusive", "no_shift"),
        "exclusive_no_shift": ("exclusive", "no_shift"),
        "inclusive_next_working_day": ("inclusive", "next_working_day"),
        "exclusive_next_working_day": ("exclusive", "next_working_day"),
    }
)
_D3: Final = MappingProxyType(
    {
        "two_years_inclusive_by_admission": ("admission", "same_day"),
        "two_years_inclusive_by_discharge": ("discharge", "same_day"),
        "end_of_second_calendar_year": ("admission", "end_of_year"),
    }
)
_H5: Final = MappingProxyType(
    {
        "approval_on_or_before_admission": "not_exempt",
        "emergency_filed_afterwards": "filed_afterwards",
        "emergency_exempt": "exempt",
    }
)

_H6: Final = MappingProxyType({"civil_affairs_feeds": "civil-affairs", "federation_feeds": "disabled-persons"})
_X9: Final = MappingProxyType({"lifted_included": "included", "two_years": "two_years"})
_D10: Final = MappingProxyType({"no_deposit": "none", "deposit_may_be_asked": "may_be_asked"})
_X10: Final = MappingProxyType({"admission_day": "admission", "discharge_day": "discharge"})


class ReadingError(ValueError):
    """A reading is not one that this ambiguity may take."""


def in_force(file: PackFile, chosen: Mapping[str, str]) -> dict[str, str]:
    """The readings of a pack by ambiguity: its own, or the one that was chosen instead. Raises ReadingError."""
    found = {reading.ambiguity: reading.value for reading in file.readings}
    for ambiguity, value in chosen.items():
        if ambiguity not in found:
            raise ReadingError(f"the pack knows no reading {ambiguity}; it has {', '.join(found)}")
        if ambiguity not in SWITCHABLE and value != found[ambiguity]:
            raise ReadingError(f"{ambiguity} has one reading only, {found[ambiguity]}; {value!r} would change nothing")
        check_value(ambiguity, value)
        found[ambiguity] = value
    return found


def check_value(ambiguity: str, value: str) -> None:
    """Raise ReadingError for a value that a switchable ambiguity does not have."""
    allowed = SWITCHABLE.get(ambiguity)
    if allowed is not None and value not in allowed:
        raise ReadingError(f"{ambiguity} cannot be read as {value!r}; it is one of {', '.join(allowed)}")


def with_readings(file: PackFile, chosen: Mapping[str, str]) -> PackFile:
    """The pack as it reads under other choices: parameters of its methods and rules follow. Raises ReadingError."""
    readings = in_force(file, chosen)
    population = file.population
    if "D3" in readings:
        counted_by, ends = _D3[readings["D3"]]
        population = msgspec.structs.replace(population, support_counted_by=counted_by, support_ends=ends)
    if "X11" in readings:
        population = msgspec.structs.replace(population, insured_in=readings["X11"])
    if "X9" in readings:
        population = msgspec.structs.replace(population, lifted=_X9[readings["X9"]])
    return msgspec.structs.replace(
        file,
        population=population,
        identification=_identification(file.identification, readings),
        treat_first=_treat_first(file.treat_first, readings),
        exclusions=_exclusions(file.exclusions, readings),
        referral=_referral(file.referral, readings),
        layers=tuple(_read(layer, readings) for layer in file.layers),
        clocks=tuple(_clock(clock, readings) for clock in file.clocks),
        prepayment=tuple(_prepayment(rule, readings) for rule in file.prepayment),
        advances=tuple(
            msgspec.structs.replace(advance, shortfall=readings.get("L7", advance.shortfall))
            for advance in file.advances
        ),
        readings=tuple(
            Reading(ambiguity=reading.ambiguity, value=readings[reading.ambiguity], why=reading.why)
            for reading in file.readings
        ),
    )


def _treat_first(rule: TreatFirst | None, readings: Mapping[str, str]) -> TreatFirst | None:
    if rule is None or "D10" not in readings:
        return rule
    return msgspec.structs.replace(rule, deposit=_D10[readings["D10"]])


def _identification(rule: Identification | None, readings: Mapping[str, str]) -> Identification | None:
    if rule is None or "H6" not in readings:
        return rule
    said_by = tuple(
        msgspec.structs.replace(said, by=_H6[readings["H6"]]) if said.category == "POOR_DISABLED" else said
        for said in rule.said_by
    )
    return msgspec.structs.replace(rule, said_by=said_by)


def _exclusions(rule: Exclusions | None, readings: Mapping[str, str]) -> Exclusions | None:
    if rule is None or "X10" not in readings:
        return rule
    return msgspec.structs.replace(rule, contract_counted_by=_X10[readings["X10"]])


def _referral(rule: ReferralRule | None, readings: Mapping[str, str]) -> ReferralRule | None:
    if rule is None or "H5" not in readings:
        return rule
    return msgspec.structs.replace(rule, emergency=_H5[readings["H5"]])


def _clock(clock: Clock, readings: Mapping[str, str]) -> Clock:
    if not isinstance(clock, DayOfMonth) or "H3" not in readings:
        return clock
    edge, holidays = _H3[readings["H3"]]
    return msgspec.structs.replace(clock, edge=edge, holidays=holidays)


def _prepayment(rule: Prepayment, readings: Mapping[str, str]) -> Prepayment:
    if not isinstance(rule, Reserve) or "H2" not in readings:
        return rule
    return msgspec.structs.replace(rule, combine=readings["H2"])


def _read(layer: Layer, readings: Mapping[str, str]) -> Layer:
    changes = {choice.parameter: readings[choice.ambiguity] for choice in layer.CHOICES if choice.ambiguity in readings}
    return msgspec.structs.replace(layer, **changes) if changes else layer
