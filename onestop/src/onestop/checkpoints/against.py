"""A log held against a checkpoint: nothing before it was changed, removed, reordered or added; else what, and where."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from kernel.writing.event_store.log_tree import Entry, Faults, LogVerdict
from kernel.writing.event_store.sources import Source, SourceDigest
from onestop.checkpoints.checkpoint import Checkpoint


def log_faults(checkpoint: Checkpoint, log: LogVerdict) -> Iterator[str]:
    """Whether the log begins with exactly the entries that the checkpoint was made over."""
    if log.entries < checkpoint.size:
        missing = checkpoint.size - log.entries
        yield f"the log has {log.entries} entries, {missing} fewer than the checkpoint of {checkpoint.made_at:%F %T}"
    elif log.roots[checkpoint.size] != checkpoint.root:
        yield (
            f"the first {checkpoint.size} entries are not those of the checkpoint of {checkpoint.made_at:%F %T}: "
            "something among them was changed, removed, reordered or added"
        )


def named(known: Sequence[bytes], now: Sequence[Entry]) -> tuple[str, ...]:
    """What was done to entries, from the leaves that they had and the entries as they stand; none where nothing was.

    What stands behind the last known entry, and in the place of none that is missing, came after the checkpoint.
    """
    faults = Faults()
    places = {leaf: number for number, leaf in enumerate(known, start=1)}
    found = [places.get(entry.leaf) for entry in now]
    there = {place for place in found if place is not None}
    last = max((number for number, place in enumerate(found, start=1) if place is not None), default=0)
    strange = {
        number: entry.event
        for number, (entry, place) in enumerate(zip(now, found, strict=True), start=1)
        if place is None and (number < last or (number <= len(known) and number not in there))
    }
    for place in (place for place in range(1, len(known) + 1) if place not in there):
        if place in strange:
            faults.say(f"entry {place} was changed: it is {strange.pop(place)} now")
        else:
            faults.say(f"entry {place} was removed; before it stood {_before(place, found, now)}")
    for number, event in strange.items():
        faults.say(f"entry {number} was added: {event}")
    for number, place, event in _out_of_order(found, now):
        faults.say(f"entry {number} was moved: {event} had number {place}")
    return faults.said


def _before(place: int, found: Sequence[int | None], now: Sequence[Entry]) -> str:
    before = [(known, entry.event) for known, entry in zip(found, now, strict=True) if known and known < place]
    return max(before)[1] if before else "nothing"


def _out_of_order(found: Sequence[int | None], now: Sequence[Entry]) -> Iterator[tuple[int, int, str]]:
    highest = 0
    for place, entry in zip(found, now, strict=True):
        if place is None:
            continue
        if place < highest:
            yield entry.gseq, place, entry.event
        highest = max(highest, place)


def source_faults(
    then: Checkpoint, now: Iterable[SourceDigest], sources: Mapping[str, Source], today: date
) -> tuple[list[str], list[str]]:
    """What differs in the sources since a checkpoint, and what of it is lawful: faults, and remarks."""
    faults: list[str] = []
    remarks: list[str] = []
    found = {(one.source, one.part): one for one in now}
    for before in then.digests:
        after = found.pop((before.source, before.part), None)
        if after is None or (after.rows, after.digest) != (before.rows, before.digest):
            lawful, said = _differing(before, after, sources.get(before.source), today)
            (remarks if lawful else faults).append(said)
    faults += [
        f"{one.source} {one.part}: {one.rows} rows of before the checkpoint are new"
        for one in found.values()
        if one.rows
    ]
    return faults, remarks


def _differing(
    before: SourceDigest, after: SourceDigest | None, source: Source | None, today: date
) -> tuple[bool, str]:
    rows = 0 if after is None else after.rows
    erased = 0 if after is None else after.gone - before.gone
    said = f"{before.source} {before.part}: {before.rows} rows at the checkpoint, {rows} now"
    if rows == before.rows:
        return False, f"{said}, and what they hold was changed"
    if rows == 0 and source is not None and source.days_kept is not None:
        over = date.fromisoformat(before.part) + timedelta(days=source.days_kept) < today
        return over, f"{said}: {'their time is over' if over else 'gone before their time'}"
    if 0 < before.rows - rows <= erased:
        return True, f"{said}, {erased} erased since: the rest of this part is counted, not compared"
    return False, f"{said}, {erased} erased since"
