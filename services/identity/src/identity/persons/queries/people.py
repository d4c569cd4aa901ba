"""What commands about people are built on, in whichever topic they stand."""

from datetime import date

from identity.persons.queries.persons import PersonQueries
from identity.persons.queries.records import RecordQueries
from identity.persons.queries.vault import Vault
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime


class PeopleCommands:
    """Commands that read personal data, which are in the vault, and what is known of people besides."""

    def __init__(self, runtime: Runtime, vault: Vault, requests: Requests) -> None:
        self._runtime = runtime
        self._vault = vault
        self._requests = requests
        self._persons = PersonQueries(runtime)
        self._records = RecordQueries(runtime)

    @property
    def today(self) -> date:
        """Today's date in China."""
        return self._requests.today
