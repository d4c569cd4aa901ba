"""Plays examples over REST: the person, the funds and the year are set up, then each bill goes from door to books."""

from collections.abc import Iterator

from law.packs import PackLibrary, Policy
from workbench.examples.http_case import Case
from workbench.examples.http_client import HttpClient
from workbench.examples.http_regions import Homes
from workbench.examples.reading import policy_of
from workbench.examples.settle import Played, RefuseStep, RevokeStep, SettleExample, SettleStep


class HttpPlayer:
    """Plays on running services whose policies are ``library``'s; they hold what examples configure (http_run)."""

    def __init__(self, client: HttpClient, library: PackLibrary) -> None:
        self._client = client
        self._library = library
        self._homes = Homes()

    def play(self, example: SettleExample) -> Iterator[Played]:
        """What came out of each step; raises UnknownPackError for a region without a pack."""
        first = example.steps[0]
        assert not isinstance(first, RevokeStep), "an example begins with a bill"
        policy: Policy = policy_of(example, first.encounter.discharged, self._library)
        case = Case(self._client, example, first, policy.file, self._homes.next(example.region))
        for step in example.steps:
            match step:
                case SettleStep():
                    yield case.settle(step)
                case RefuseStep():
                    yield case.refuse(step)
                case RevokeStep():
                    yield case.revoke(step)
