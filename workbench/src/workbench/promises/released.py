"""The promises as they were released: read from the repository, added to by a release, never rewritten."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from onestop.services import SERVICES
from workbench.promises.comparing import breaks
from workbench.promises.samples import Sample, current_samples, faults
from workbench.promises.surface import Surface, surfaces
from workbench.promises.told import Told, told, told_otherwise

FOLDER: Final = Path("docs/contracts/released")
_SAMPLES: Final = "samples.jsonl"
_TOLD: Final = "told.jsonl"


def released_surface(root: Path, name: str) -> Surface:
    """The released lines of one file: ``api``, ``published`` or ``stored``; empty before the first release."""
    path = root / FOLDER / f"{name}.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {place: kind for place, _, kind in (line.rpartition(": ") for line in lines)}


def released_samples(root: Path) -> list[Sample]:
    """The samples of stored events, one of each released version."""
    path = root / FOLDER / _SAMPLES
    return [msgspec.json.decode(line, type=Sample) for line in path.read_bytes().splitlines()] if path.exists() else []


def released_messages(root: Path) -> list[Told]:
    """What each released version of a stored event is told as."""
    path = root / FOLDER / _TOLD
    return [msgspec.json.decode(line, type=Told) for line in path.read_bytes().splitlines()] if path.exists() else []


def broken_promises(root: Path) -> list[str]:
    """Every way in which today's program breaks what was released, as sentences."""
    found = [
        sentence
        for name, current in surfaces(root).items()
        for sentence in breaks(released_surface(root, name), current)
    ]
    samples = released_samples(root)
    found += [fault for sample in samples for fault in faults(sample, SERVICES[sample.service].parts.registry)]
    return [*found, *told_otherwise(released_messages(root), samples)]


def release(root: Path) -> Sequence[str]:
    """Add what is promised from now on to the released files; gives how many lines each has now.

    Call it only when ``broken_promises`` finds none: nothing that was released is taken out here.
    """
    said = []
    (root / FOLDER).mkdir(parents=True, exist_ok=True)
    for name, current in surfaces(root).items():
        whole = {**released_surface(root, name), **current}
        text = "".join(f"{place}: {whole[place]}\n" for place in sorted(whole))
        (root / FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")
        said.append(f"{name}: {len(whole)} lines")
    samples = {sample.head: sample for sample in (*current_samples(), *released_samples(root))}
    lines = b"".join(msgspec.json.encode(samples[head]) + b"\n" for head in sorted(samples))
    (root / FOLDER / _SAMPLES).write_bytes(lines)
    messages = {head: told(sample) for head, sample in samples.items()}
    messages |= {message.head: message for message in released_messages(root)}
    lines = b"".join(msgspec.json.encode(messages[head]) + b"\n" for head in sorted(messages))
    (root / FOLDER / _TOLD).write_bytes(lines)
    return [*said, f"samples: {len(samples)}"]
