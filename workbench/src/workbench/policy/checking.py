"""Checking packs: each is loaded, counted, and made to agree with its own examples."""

from pathlib import Path

import msgspec

from law.packs import PackError, PackLibrary
from workbench.examples.outcome import Report
from workbench.examples.player import DirectPlayer
from workbench.examples.runner import run
from workbench.policy.figures import figures
from workbench.policy.files import examples_beside, load


class Checked(msgspec.Struct, frozen=True):
    """What a check of one file came to: a line about the pack, and what is wrong with it."""

    line: str
    faults: tuple[str, ...] = ()


def check(path: Path, policies: Path) -> Checked:
    """Load a pack and play its own examples on it alone."""
    try:
        pack = load(path, policies)
        own = examples_beside(path)
        library = PackLibrary([pack])
        report = run([own], DirectPlayer(library), library) if own.exists() else Report(0, 0, ())
    except PackError as error:
        # An error may lie in a file beside the pack; it says in which.
        return Checked(f"{path}: cannot be used", (f"{path.with_name(error.source)}:{error.line}: {error.what}",))
    file = pack.file
    count = sum(1 for _ in figures(file))
    line = (
        f"{pack.pack_id}  {file.document.number}  {len(file.layers)} layers, {count} figures, "
        f"{len(file.readings)} readings, {report.examples} examples"
    )
    return Checked(line, tuple(f"{own}: {mismatch.line}" for mismatch in report.mismatches))
