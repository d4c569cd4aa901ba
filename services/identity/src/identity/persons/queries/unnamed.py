"""Texts beside a person's record do not name the person: what they rest on is kept in clear, and the name is not."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from fastapi import Depends
from starlette.requests import Request
from typing_extensions import override

from identity.persons.domain.names import fold_name
from identity.persons.queries.divisions import DivisionQueries
from identity.persons.queries.vault import Vault
from kernel.http import Idempotency, ProblemError
from kernel.http.free_texts import texts_of
from kernel.http.guard import DivisionOf, OfDivision
from kernel.http.parts import OF_THE_BODY
from kernel.running.runtime import Runtime
from kernel.writing.command_context import stored_keys

#: A single character stands in too many words.
_NAME_MIN: Final = 2


async def must_not_name(vault: Vault, person_id: str, body: Any, key: Idempotency) -> None:
    """Refuse a body whose free texts hold the person's name, however it is written: PERSONAL_DATA_IN_TEXT.

    What was answered under the key before is answered again: the person may have got the name since.
    """
    texts = [(path, fold_name(text)) for path, text in texts_of(body)]
    if not any(text for _, text in texts):
        return
    try:
        check_unnamed(list((await vault.names_of([person_id])).values()), texts)
    except ProblemError:
        if await vault.store.answer(key.scope, stored_keys(key.scope, key.key)) is None:
            raise


def check_unnamed(names: Sequence[str], texts: Sequence[tuple[str, str]]) -> None:
    """Refuse folded texts that hold one of the names."""
    for name in map(fold_name, names):
        for path, text in texts:
            if len(name) >= _NAME_MIN and name in text:
                detail = f"{path} holds the person's name: name the paper, not the person"
                raise ProblemError("PERSONAL_DATA_IN_TEXT", 422, detail, path=path)


class OfPerson(OfDivision):
    """Keeps routes under {person_id} to people of the caller's divisions, and their texts to what names nobody."""

    def __init__(self, division_of: DivisionOf, vault: Vault) -> None:
        super().__init__("person_id", division_of)
        self._vault = vault

    @override
    async def __call__(self, request: Request) -> None:
        await super().__call__(request)
        request.scope[OF_THE_BODY] = partial(must_not_name, self._vault, request.path_params["person_id"])


class PersonDivisions(DivisionQueries):
    """The counties of people, at doors that read texts about them."""

    def __init__(self, runtime: Runtime, vault: Vault) -> None:
        super().__init__(runtime)
        self._vault = vault

    @property
    @override
    def guard(self) -> Any:
        return Depends(OfPerson(self.of_person, self._vault))
