"""The refusals that several of settlement's decisions and questions share."""

from kernel.values.refusals import Refused, conflict, not_found


def unknown(what: str, which: str) -> Refused:
    """There is no such encounter, settlement or review, or it is another hospital's."""
    return not_found(f"{what.upper()}_UNKNOWN", f"there is no {what} {which}", **{what: which})


def not_in_state(encounter_id: str, state: str, wanted: str, command: str) -> Refused:
    """The encounter is elsewhere in its life."""
    detail = f"cannot {command} encounter {encounter_id}: it is {state}, and must be {wanted}"
    return conflict("ENCOUNTER_NOT_" + wanted.upper(), detail, encounter=encounter_id, state=state)


def not_in_force(settlement_id: str) -> Refused:
    """The settlement is not the one that the encounter has now."""
    detail = f"settlement {settlement_id} was revoked before or never made"
    return Refused("SETTLEMENT_NOT_IN_FORCE", detail, about={"settlement": settlement_id})
