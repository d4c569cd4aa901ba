"""Merging two records of one person: the surviving one takes over what departments said, the other becomes an alias."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

import msgspec

from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.membership import Membership, check_no_overlap
from identity.persons.domain.refusals import person_erased
from kernel.values.refusals import Refused, conflict


class MergeRecords(msgspec.Struct, frozen=True):
    """Two records are one person's. ``keep`` names memberships to keep where one department's contradict.

    ``number_tokens`` are the ID numbers by which the other record is known; ``evidence`` names the paper.
    """

    keep: frozenset[str]
    number_tokens: tuple[str, ...]
    evidence: str
    merged_by: str


class RecordsMerged(msgspec.Struct, frozen=True, kw_only=True):
    """On the surviving record: it holds what the other held, but for what was given up on either side."""

    merged_id: str
    taken: tuple[str, ...]
    given_up: tuple[Membership, ...]
    number_tokens: tuple[str, ...]
    evidence: str
    merged_by: str
    entitlement: Entitlement


class MergedAway(msgspec.Struct, frozen=True):
    """On the other record: it leads to the surviving one from now on. ``formerly`` is what it held."""

    formerly: Entitlement
    surviving: Entitlement
    number_tokens: tuple[str, ...]
    entitlement: Entitlement


class AliasMoved(msgspec.Struct, frozen=True):
    """On a record that was merged into the other one earlier: it leads to the surviving one, too."""

    surviving: Entitlement
    entitlement: Entitlement


Event: TypeAlias = RecordsMerged | MergedAway | AliasMoved


class Contradiction(NamedTuple):
    """Two memberships of one department and category that hold on the same day and do not say the same."""

    surviving: Membership
    other: Membership


def merge(command: MergeRecords, surviving: Entitlement, other: Entitlement) -> tuple[RecordsMerged, MergedAway]:
    """What a merger brings about on both records.

    Of two memberships that say the same the surviving record's stays. Enrolments and certifications are joined; of
    one year's two enrolments the surviving record's dates count, and the other fills its gaps. Raises Refused
    MERGE_WITH_ITSELF, MERGE_CONTRADICTION, MERGE_KEEP_UNKNOWN, DEATH_DATE_DISAGREES, PERSON_MERGED, PERSON_ANNULLED,
    PERSON_ERASED.
    """
    _check_may_merge(surviving, other)
    twins, contradictions = _compared(surviving.memberships, other.memberships)
    _check_settled(command.keep, contradictions)
    dropped = twins | _not_kept(command.keep, contradictions)
    taken = tuple(held for held in other.memberships if held.membership_id not in dropped)
    kept = tuple(held for held in surviving.memberships if held.membership_id not in dropped)
    given_up = tuple(held for held in (*surviving.memberships, *other.memberships) if held.membership_id in dropped)
    # Above both, so that a membership's versions keep growing whichever record they lie under.
    revision = max(surviving.revision, other.revision) + 1
    after = _joined(surviving, other, (*kept, *taken), revision)
    merged = RecordsMerged(
        merged_id=other.person_id,
        taken=tuple(held.membership_id for held in taken),
        given_up=given_up,
        number_tokens=command.number_tokens,
        evidence=command.evidence,
        merged_by=command.merged_by,
        entitlement=after,
    )
    return merged, MergedAway(other, after, command.number_tokens, _alias(other, surviving.person_id, revision))


def move_alias(alias: Entitlement, surviving: Entitlement) -> AliasMoved:
    """An earlier alias follows, so that one step always leads to the record that stands."""
    after = msgspec.structs.replace(alias, merged_into=surviving.person_id, revision=alias.revision + 1)
    return AliasMoved(surviving, after)


def _check_may_merge(surviving: Entitlement, other: Entitlement) -> None:
    if surviving.person_id == other.person_id:
        raise Refused("MERGE_WITH_ITSELF", "a record cannot be merged with itself: name another one")
    surviving.check_stands()
    other.check_stands()
    if surviving.erased or other.erased:
        # What is taken over could never be erased again, for the surviving record's erasure is over.
        raise person_erased()
    if None not in (surviving.deceased_on, other.deceased_on) and surviving.deceased_on != other.deceased_on:
        days = f"one record has the death on {surviving.deceased_on}, the other on {other.deceased_on}"
        raise conflict("DEATH_DATE_DISAGREES", f"{days}: correct one first")


def _compared(surviving: Sequence[Membership], other: Sequence[Membership]) -> tuple[set[str], list[Contradiction]]:
    twins: set[str] = set()
    contradictions: list[Contradiction] = []
    for theirs in other:
        rivals = [ours for ours in surviving if ours.feed == theirs.feed and ours.overlaps(theirs)]
        if any(_says_the_same(ours, theirs) for ours in rivals):
            twins.add(theirs.membership_id)
        else:
            contradictions.extend(Contradiction(ours, theirs) for ours in rivals)
    return twins, contradictions


_OWN: Final = {"membership_id": "", "evidence": "", "stated": ""}


def _says_the_same(one: Membership, two: Membership) -> bool:
    return msgspec.structs.replace(one, **_OWN) == msgspec.structs.replace(two, **_OWN)


def _check_settled(keep: frozenset[str], contradictions: Sequence[Contradiction]) -> None:
    pairs = _ids(contradictions)
    if unknown := sorted(keep - {membership_id for pair in pairs for membership_id in pair}):
        named = f"keep names {', '.join(unknown)}, which contradict nothing"
        raise Refused("MERGE_KEEP_UNKNOWN", f"{named}: name only memberships of a contradiction")
    dropped = _not_kept(keep, contradictions)
    open_pairs = [pair for pair in pairs if keep.issuperset(pair) or not dropped.intersection(pair)]
    if open_pairs:
        listed = "; ".join(f"{one} or {two}" for one, two in open_pairs)
        detail = f"one department says two things for the same days, say which to keep: {listed}"
        raise conflict("MERGE_CONTRADICTION", detail, keep_one_of=listed)


def _not_kept(keep: frozenset[str], contradictions: Iterable[Contradiction]) -> set[str]:
    pairs = _ids(contradictions)
    return {two for one, two in pairs if one in keep} | {one for one, two in pairs if two in keep}


def _ids(contradictions: Iterable[Contradiction]) -> list[tuple[str, str]]:
    return [(pair.surviving.membership_id, pair.other.membership_id) for pair in contradictions]


def _joined(
    surviving: Entitlement, other: Entitlement, memberships: tuple[Membership, ...], revision: int
) -> Entitlement:
    for membership in memberships:
        check_no_overlap(membership, memberships)
    enrolments = {held.key: held for held in other.enrolments}
    for held in surviving.enrolments:
        theirs = enrolments.get(held.key)
        enrolments[held.key] = held if theirs is None else theirs.completed_by(held)
    certifications = {held.certification_id: held for held in (*surviving.certifications, *other.certifications)}
    return msgspec.structs.replace(
        surviving,
        revision=revision,
        memberships=memberships,
        enrolments=tuple(enrolments[key] for key in sorted(enrolments)),
        certifications=tuple(certifications.values()),
        deceased_on=surviving.deceased_on or other.deceased_on,
    )


def _alias(other: Entitlement, surviving_id: str, revision: int) -> Entitlement:
    return msgspec.structs.replace(
        other, revision=revision, memberships=(), enrolments=(), certifications=(), merged_into=surviving_id
    )
