"""How services start and migrate is what is tested here: databases are empty."""

import pytest


@pytest.fixture(scope="session")
def schemas() -> tuple[str, ...]:
    return ()
