"""What operations publishes: nothing yet; it listens to the others."""

from typing import Final

from kernel.values.contract import Contract

TOPIC: Final = "operations"

CONTRACT: Final = Contract.of(TOPIC)
