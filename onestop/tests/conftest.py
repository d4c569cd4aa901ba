"""A platform's tables for every test of the command line."""

import pytest

from onestop.services import SCHEMAS


@pytest.fixture(scope="session")
def schemas() -> tuple[str, ...]:
    return SCHEMAS
