"""The closed list of reasons for which settlement refuses a command."""

from kernel.values.refusals import RefusalKind, Refused


def encounter_unknown(encounter_id: str) -> Refused:
    """There is no such encounter, or it is another hospital's."""
    return Refused(
        "ENCOUNTER_UNKNOWN",
        f"there is no encounter {encounter_id}",
        kind=RefusalKind.NOT_FOUND,
        about={"encounter": encounter_id},
    )


def not_in_state(encounter_id: str, state: str, wanted: str, command: str) -> Refused:
    """The command is right in itself but not now."""
    return Refused(
        "ENCOUNTER_NOT_" + wanted.upper(),
        f"cannot {command} encounter {encounter_id}: it is {state}, and must be {wanted}",
        kind=RefusalKind.CONFLICT,
        about={"encounter": encounter_id, "state": state},
    )


def already_settled(encounter_id: str, settlement_id: str) -> Refused:
    """An encounter has one settlement at a time (DOMAIN B9.5)."""
    return Refused(
        "ALREADY_SETTLED",
        f"encounter {encounter_id} is settled by {settlement_id}; revoke that one before settling again",
        kind=RefusalKind.CONFLICT,
        about={"encounter": encounter_id, "settlement": settlement_id},
    )


def not_the_latest(settlement_id: str, latest: str | None) -> Refused:
    """Only the latest settlement of a person's year may be revoked online (AMB-X4)."""
    return Refused(
        "NOT_THE_LATEST_SETTLEMENT",
        f"settlement {settlement_id} is not the person's latest of the year: revoke {latest or 'the later'} first, "
        "or ask operations",
        kind=RefusalKind.CONFLICT,
        about={"settlement": settlement_id, "latest": latest or ""},
    )


def settlement_unknown(settlement_id: str) -> Refused:
    """There is no such settlement, or it is another hospital's."""
    return Refused(
        "SETTLEMENT_UNKNOWN",
        f"there is no settlement {settlement_id}",
        kind=RefusalKind.NOT_FOUND,
        about={"settlement": settlement_id},
    )
