"""Of a settlement's story what a clerk who works for some divisions may see."""

import msgspec

from kernel.security import Principal
from onestop.trace import Step, Story

_IDENTITY = "identity"


def as_seen_by(caller: Principal, story: Story) -> tuple[Story, int]:
    """The story for this caller, and how many steps are left out of it. Raises Refused DIVISION_FOREIGN.

    The bill is of the county that the person was of then. What identity says of the person is told to the county that
    they are of today, whole, and to another one as far as they were of it.
    """
    caller.must_act_in(story.settlement.county)
    told, county = [], ""
    for step in story.steps:
        county = _county_after(step, county)
        if step.service != _IDENTITY or caller.acts_in(county):
            told.append(step)
    if caller.acts_in(county):
        return story, 0
    return msgspec.structs.replace(story, steps=tuple(told)), len(story.steps) - len(told)


def _county_after(step: Step, before: str) -> str:
    if step.service != _IDENTITY:
        return before
    entitlement = getattr(step.event, "entitlement", None)
    return before if entitlement is None else str(entitlement.county)
