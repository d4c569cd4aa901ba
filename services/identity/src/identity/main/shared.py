"""What several of identity's topics are built on."""

from typing import Any

import msgspec

from identity.facts.queries.details import FactDetails
from identity.feeds.queries.sender_keys import SenderKeys
from identity.persons.domain.approval import ApprovalRules
from identity.persons.queries.direct import DirectChanges
from identity.persons.queries.divisions import DivisionQueries
from identity.persons.queries.feed_access import FeedAccess
from identity.persons.queries.persons import PersonQueries
from identity.persons.queries.places import Places
from identity.persons.queries.seeing import Looks
from identity.persons.queries.vault import Vault
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from law.packs import PackLibrary


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """What several topics are built on."""

    runtime: Runtime
    vault: Vault
    #: The stored hash of a request is keyed, because its body may hold an ID number.
    requests: Requests
    #: Of bodies that hold no ID number; their hashes were stored bare before, and keys are kept across an upgrade.
    bare_requests: Requests
    library: PackLibrary
    rules: ApprovalRules
    places: Places
    direct: DirectChanges
    details: FactDetails
    persons: PersonQueries
    divisions: DivisionQueries
    looks: Looks
    sender_keys: SenderKeys
    access: FeedAccess
    tells_doctors: bool
    tells_pushes: bool

    @property
    def of_person(self) -> Any:
        """Keeps a router's routes to people of the caller's divisions, and texts to what names nobody."""
        return self.divisions.guard
