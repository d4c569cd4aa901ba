"""What editors check packs and examples by agrees with what is there."""

import subprocess
import sys
from pathlib import Path

import pytest

from law.packs.library import pack_paths

POLICIES = Path(__file__).parent.parent.parent / "policies"
PACKS = pack_paths(POLICIES)


def validated(schema: str, *files: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(POLICIES / schema), *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("pack.schema.json", PACKS),
        ("examples.schema.json", [path.with_suffix(".examples.yaml") for path in PACKS]),
    ],
)
def test_every_file_is_valid_by_its_schema_and_names_it(schema: str, files: list[Path]) -> None:
    found = validated(schema, *files)
    assert found.returncode == 0, found.stdout
    for file in files:
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert first == f"# yaml-language-server: $schema=../{schema}", file.name


def test_an_unknown_key_is_found_by_the_schema(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(PACKS[0].read_text(encoding="utf-8") + "\ncolour: red\n", encoding="utf-8")
    found = validated("pack.schema.json", broken)
    assert found.returncode == 1
    assert "colour" in found.stdout
