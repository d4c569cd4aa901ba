"""The whole life of an encounter in one step, each command decided on what the ones before led to."""

from settlement.encounters.domain.commands import Command
from settlement.encounters.domain.encounter import DECIDER
from settlement.encounters.domain.events import EncounterEvent


def whole_life(*commands: Command) -> tuple[EncounterEvent, ...]:
    """The events of all commands, in their order; raises Refused as the first that is refused does."""
    events: list[EncounterEvent] = []
    for command in commands:
        events += DECIDER.decide(command, DECIDER.fold(events))
    return tuple(events)
