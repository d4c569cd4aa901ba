"""Readings of the law: the choices where a text is open (AMB), with the one in force by default first."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from kernel.policy_packs.layers import BandedLumpSum, CatalogueExcess, Layer, ShareCeiling, YearlyPersonalCap
from kernel.policy_packs.model import PackFile, Reading

#: The values that each ambiguity may take. What is not here has one reading only.
SWITCHABLE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "L1": ("single", "per_level"),
        "L4": ("parity80", "ninety", "annual_cap_only"),
        "L5": ("place", "level"),
        "L7": ("receivable", "write_off"),
        "H1": ("withhold_thb_ma_hred_fiscal", "withhold_hred_fiscal"),
        "H5": ("approval_on_or_before_admission", "emergency_filed_afterwards", "emergency_exempt"),
        "H2": ("max", "percent_only", "months_only"),
        "C1": ("guaranteed_households_too", "registered_poor_only"),
        "C4": ("inpatient_only", "with_chronic_outpatient"),
        "D1": ("gross_total", "total_less_hospital_part"),
        "D2": ("both_departments", "either_department"),
        "D3": (
            "two_years_inclusive_by_admission",
            "two_years_inclusive_by_discharge",
            "end_of_second_calendar_year",
        ),
        "D4": ("same_as_inpatient", "all_registered_poor"),
        "E1": ("all_self_borne", "over_cap_only"),
        "E2": ("annual_increment", "per_stay"),
        "E3": ("cash_payout", "limited_to_bill"),
        "E4": ("separate", "joint"),
        "E5": ("as_inpatient", "as_outpatient"),
        "E6": ("no_outpatient_aid", "eighty_percent"),
        "E11": ("other_not_included", "other_included"),
        "E12": ("povfund_first", "ma_only"),
    }
)
#: Readings that a method carries as a parameter of its own.
_PARAMETERS: Final[Mapping[str, tuple[type, str]]] = MappingProxyType(
    {
        "L1": (YearlyPersonalCap, "counter"),
        "D1": (ShareCeiling, "ceiling_of"),
        "D2": (CatalogueExcess, "approval"),
        "E1": (BandedLumpSum, "base"),
        "E2": (BandedLumpSum, "counting"),
        "E3": (BandedLumpSum, "beyond_bill"),
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


class ReadingError(ValueError):
    """A reading is not one that this ambiguity may take."""


def in_force(file: PackFile, chosen: Mapping[str, str]) -> dict[str, str]:
    """The readings of a pack by ambiguity: its own, or the one that was chosen instead. Raises ReadingError."""
    found = {reading.ambiguity: reading.value for reading in file.readings}
    for ambiguity, value in chosen.items():
        if ambiguity not in found:
            raise ReadingError(f"the pack knows no reading {ambiguity}; it has {', '.join(found)}")
        check_value(ambiguity, value)
        found[ambiguity] = value
    return found


def check_value(ambiguity: str, value: str) -> None:
    """Raise ReadingError for a value that a switchable ambiguity does not have."""
    allowed = SWITCHABLE.get(ambiguity)
    if allowed is not None and value not in allowed:
        raise ReadingError(f"{ambiguity} cannot be read as {value!r}; it is one of {', '.join(allowed)}")


def with_readings(file: PackFile, chosen: Mapping[str, str]) -> PackFile:
    """The pack as it reads under other choices: parameters of its methods follow. Raises ReadingError."""
    readings = in_force(file, chosen)
    population = file.population
    if "D3" in readings:
        counted_by, ends = _D3[readings["D3"]]
        population = msgspec.structs.replace(population, support_counted_by=counted_by, support_ends=ends)
    referral = file.referral
    if referral is not None and "H5" in readings:
        referral = msgspec.structs.replace(referral, emergency=_H5[readings["H5"]])
    return msgspec.structs.replace(
        file,
        population=population,
        referral=referral,
        layers=tuple(_read(layer, readings) for layer in file.layers),
        advances=tuple(
            msgspec.structs.replace(advance, shortfall=readings.get("L7", advance.shortfall))
            for advance in file.advances
        ),
        readings=tuple(
            Reading(ambiguity=reading.ambiguity, value=readings[reading.ambiguity], why=reading.why)
            for reading in file.readings
        ),
    )


def _read(layer: Layer, readings: Mapping[str, str]) -> Layer:
    changes = {
        parameter: readings[ambiguity]
        for ambiguity, (method, parameter) in _PARAMETERS.items()
        if isinstance(layer, method) and ambiguity in readings
    }
    return msgspec.structs.replace(layer, **changes) if changes else layer
