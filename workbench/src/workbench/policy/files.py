"""The files of packs: which there are, what lies beside each, and loading one wherever it lies."""

from pathlib import Path
from typing import Final

from law.packs import Pack, PackError, load_pack
from law.packs.library import BESIDE_PACKS, pack_paths
from law.packs.loading import read_pack
from workbench.examples.document import Example, read

#: Where the examples of all regions lie, seen from the project's root.
SHARED_EXAMPLES: Final = Path("../shared/examples/worked_examples.yaml")


def load(path: Path, policies: Path) -> Pack:
    """A pack from its file; under the folder of packs it must also lie where its name says. Raises PackError."""
    if path.name.endswith(BESIDE_PACKS):
        what = "this lies beside a pack and is none; name the pack, and it is read with it"
        raise PackError(path.name, 1, what)
    return load_pack(path) if path.resolve().is_relative_to(policies.resolve()) else read_pack(path)


def examples_beside(path: Path) -> Path:
    """Where the pack's own examples lie, whether there are any or not."""
    return path.with_suffix(".examples.yaml")


def all_examples(files: list[Path], policies: Path) -> tuple[Example, ...]:
    """The examples of some files; where none is named, of the shared file if it is there and of every pack."""
    if files:
        return read(files)
    found = [SHARED_EXAMPLES] if SHARED_EXAMPLES.exists() else []
    found += [own for path in pack_paths(policies) if (own := examples_beside(path)).exists()]
    return read(found)
