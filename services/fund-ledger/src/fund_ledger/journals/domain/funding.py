"""Funding: which fund pays how much of a layer that has several funds behind it."""

from collections.abc import Mapping, Sequence


def split(amount_fen: int, cascade: Sequence[str], available: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Share out an amount in fen over funds in their order (002 三(一), 004 七(一)).

    Each fund but the last pays as far as it reaches: min(left, max(0, available)). The last takes the rest, even
    into debt: a fund running dry never changes what the patient pays (AMB-L9). A fund that is not in ``available``
    holds nothing. Every fund of the cascade has one entry in the result, and the entries add up to the amount.
    """
    assert amount_fen >= 0, f"cannot share out {amount_fen} fen"
    assert cascade, "an amount without a fund has nobody to pay it"
    left = amount_fen
    parts: list[tuple[str, int]] = []
    for fund in cascade[:-1]:
        paid = min(left, max(0, available.get(fund, 0)))
        parts.append((fund, paid))
        left -= paid
    return (*parts, (cascade[-1], left))


def redistribute(
    change_fen: int, cascade: Sequence[str], given: Mapping[str, int], available: Mapping[str, int]
) -> dict[str, int]:
    """How the funds behind a layer bear a change of it, in fen by fund; the entries add up to the change.

    ``given`` is what each fund has borne of the layer so far. A fund that is no longer in the cascade gets all of
    that back. Of a decrease the fund that came last gets back first, never more than it gave while another gave more;
    an increase is shared out as in ``split``.
    """
    moved = {fund: -amount for fund, amount in given.items() if fund not in cascade}
    wanted = change_fen - sum(moved.values())
    if wanted >= 0:
        moved |= dict(split(wanted, cascade, available))
    else:
        for fund in reversed(cascade):
            back = min(-wanted, max(0, given.get(fund, 0)))
            moved[fund] = -back
            wanted += back
        moved[cascade[-1]] += wanted
    return {fund: amount for fund, amount in moved.items() if amount}
