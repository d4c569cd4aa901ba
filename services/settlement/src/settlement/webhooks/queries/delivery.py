"""What a receiver is sent: the same as who follows the changes is answered."""

from kernel.http import Wire
from settlement.encounters.queries.changes import Change


class Delivery(Wire, frozen=True, kw_only=True):
    """Changes of a hospital's settlements in their order; ``next`` goes on ``after`` them in /v1/settlement-changes."""

    hospital_id: str
    items: tuple[Change, ...]
    next: str
