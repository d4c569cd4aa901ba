"""Amounts that an outer payer's owner tells itself: aid given elsewhere (000 一, 002 三(一))."""

from collections.abc import Iterable, Mapping, Sequence

from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused, check_not_to_come, conflict, forbidden
from law.packs import Policy
from settlement.encounters.domain.commands import TellAmount
from settlement.encounters.domain.owners_events import OuterAmountTold
from settlement.encounters.domain.state import Open


def tellers_of(policies: Iterable[Policy]) -> dict[str, tuple[str, ...]]:
    """By outer payer, the departments that may tell its amount under the documents in force."""
    found: dict[str, tuple[str, ...]] = {}
    for policy in policies:
        for layer in policy.file.layers:
            if layer.tellers():
                found[layer.payer] = tuple(dict.fromkeys([*found.get(layer.payer, ()), *layer.tellers()]))
    return found


def check_teller(department: str, payer: str, policies: Iterable[Policy]) -> None:
    """Refuse a department that does not answer for the payer; raises Refused OUTER_AMOUNT_NOT_YOURS (403)."""
    tellers = tellers_of(policies)
    if department not in tellers.get(payer, ()):
        named = "; ".join(f"{of} is told by {', '.join(by)}" for of, by in tellers.items())
        raise forbidden(
            "OUTER_AMOUNT_NOT_YOURS",
            f"{department} does not tell the amount of {payer} at this place; "
            + (named or "no document in force there lets a department tell one"),
            department=department,
            payer=payer,
        )


def tell_amount(command: TellAmount, state: Open) -> Sequence[OuterAmountTold]:
    """The event, nothing where the same was told before; raises Refused DATE_IN_FUTURE."""
    check_not_to_come("given_on", command.given_on, command.today)
    before, admission = state.told.get(command.payer), state.admission
    if before is not None and (before.amount_fen, before.department) == (command.amount_fen, command.department):
        return ()
    return (
        OuterAmountTold(
            encounter_id=admission.encounter_id,
            person_id=admission.person_id,
            hospital_id=admission.hospital_id,
            payer=command.payer,
            amount_fen=command.amount_fen,
            department=command.department,
            given_on=command.given_on,
            evidence=command.evidence,
        ),
    )


def told_fen(told: Mapping[str, OuterAmountTold]) -> dict[str, int]:
    """By payer, what the owners told last, in fen."""
    return {payer: one.amount_fen for payer, one in sorted(told.items())}


def given_by_all(given_fen: Mapping[str, int], state: Open, policies: Iterable[Policy]) -> dict[str, int]:
    """What the outer payers gave: as their owners told it, and as the bill says of the others.

    Raises Refused AMOUNT_TOLD_OTHERWISE for a sum that an owner told otherwise, AMOUNT_TOLD_ELSEWHERE where a
    hospital says what only an owner can know. Nothing said of such a payer, or 0.00, is no word about it.
    """
    told = told_fen(state.told)
    elsewhere = {layer.payer: layer.tellers() for p in policies for layer in p.file.layers if layer.is_told_elsewhere()}
    said = {}
    for payer, amount in given_fen.items():
        if payer in told and told[payer] != amount and (amount or payer not in elsewhere):
            raise conflict(
                "AMOUNT_TOLD_OTHERWISE",
                f"{payer} gives {yuan_from_fen(told[payer])} yuan, as {state.told[payer].department} told; the bill "
                f"says {yuan_from_fen(amount)}: leave it out, or ask them to tell it anew",
                payer=payer,
                told=yuan_from_fen(told[payer]),
            )
        if payer not in elsewhere or state.admission.route == "AGENCY":
            said[payer] = amount
        elif amount and payer not in told:
            raise Refused(
                "AMOUNT_TOLD_ELSEWHERE",
                f"what {payer} gives is told by {', '.join(elsewhere[payer])}, not by the hospital; leave it out",
                about={"payer": payer, "departments": ",".join(elsewhere[payer])},
            )
    return said | told
