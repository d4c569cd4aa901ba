"""The services' names and packages: a process that runs one service looks here, and imports no other."""

from importlib import import_module
from typing import Final

from kernel.running.service import Service
from kernel.values.contract import Contract

#: The packages, in the order in which their services start; the ``main`` of each has its ``SERVICE``.
PACKAGES: Final = ("identity", "referral", "settlement", "fund_ledger", "operations")
#: The same as services are named.
NAMES: Final = tuple(package.replace("_", "-") for package in PACKAGES)


def service_of(package: str) -> Service:
    """The service in a package."""
    service: Service = import_module(f"{package}.main").SERVICE
    return service


def topics() -> list[str]:
    """The topics of all services, from what they tell each other."""
    contracts: list[Contract] = [import_module(f"contracts.{package}").CONTRACT for package in PACKAGES]
    return [contract.topic for contract in contracts]
