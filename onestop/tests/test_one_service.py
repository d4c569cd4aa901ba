"""A process that runs one service loads that service: not the others, and not the whole command line."""

import subprocess
import sys

import pytest

from onestop.packages import NAMES, PACKAGES, topics
from onestop.services import SERVICES, TOPICS

LOADED = """
import sys
sys.argv = ["onestop", "service", "nobody"]
from onestop.__main__ import main
try:
    main()
except ValueError as error:
    print(error)
from onestop.packages import service_of
service_of("{package}")
print(*sorted({{name.partition(".")[0] for name in sys.modules}}))
"""


@pytest.mark.parametrize("package", ["settlement"])
def test_a_service_is_loaded_alone(package: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(package=package)], capture_output=True, text=True, check=True
    )
    said, loaded = done.stdout.splitlines()
    assert said == f"there is no service 'nobody'; there are {', '.join(NAMES)}"
    others = {*PACKAGES} - {package}
    assert not set(loaded.split()) & {*others, "workbench", "typer", "alembic"}
    assert package in loaded.split()


def test_names_and_topics_are_those_of_the_services() -> None:
    assert list(SERVICES) == list(NAMES)
    assert topics() == list(TOPICS)
