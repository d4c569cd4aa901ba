"""What is generated is checked in as it would be generated now."""

from pathlib import Path

from workbench.generate import documents

ROOT = Path(__file__).parent.parent.parent


def test_generated_documents_are_current() -> None:
    stale = [
        path
        for path, text in documents(ROOT)
        if not (ROOT / path).exists() or (ROOT / path).read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run `make generate` and commit what it writes"
