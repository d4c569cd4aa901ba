"""Whose an ID number is: asked of identity alone, so that the number goes no further."""

import hashlib
import os

import httpx

from onestop.insisting import insist_on


def looked_up(people: httpx.Client, id_number: str, reason: str) -> tuple[str | None, str]:
    """The person who has an ID number, or why there is none."""
    # The same number asked for again by the same file is one look-up; the key must not tell the number.
    key = hashlib.sha256(os.urandom(16)).hexdigest()[:32]
    body = {"id_number": id_number, "reason": reason}
    response = insist_on(lambda: people.post("/v1/persons/lookup", json=body, headers={"Idempotency-Key": key}))
    told = response.json()
    if response.is_success:
        return told["person_id"], ""
    return None, f"{told['code']} {told['detail']}"
