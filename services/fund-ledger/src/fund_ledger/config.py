"""What the ledger is configured with: the law it books by, and what a place has beside its documents."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from kernel.security import KeyRing
from law.packs import PackLibrary, load_library

POLICIES_SETTING: Final = "ONESTOP_POLICIES"
PAID_ELSEWHERE_SETTING: Final = "ONESTOP_LEDGER_PAID_ELSEWHERE"
PAYER_ACCOUNTS_SETTING: Final = "ONESTOP_PAYER_ACCOUNTS"
MORE_FUNDS_SETTING: Final = "ONESTOP_LEDGER_MORE_FUNDS"
PAYEE_KEYS_SETTING: Final = "ONESTOP_PAYEE_KEYS"
TELL_MONEY_SETTING: Final = "ONESTOP_TELL_MONEY"


class PayerAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bank account of a county's fund, as the bank has it: holder, number, branch and its CNAPS number."""

    holder: str
    number: str
    bank: str
    bank_code: str = ""


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger's settings. The packs of a place name its funds, what each may pay, and who holds its money.

    Funds in ``paid_elsewhere`` are held by others whatever the packs say, and all others here; None leaves it to the
    packs. Of money that others hold the ledger counts what is owed and raises no alarm: it never sees it.
    A month that is closed waits so long for messages that are under way; one that takes longer is held up.
    """

    library: PackLibrary = PackLibrary(())
    paid_elsewhere: frozenset[str] | None = None
    #: Funds of every place here that no document names.
    more_funds: frozenset[str] = frozenset()
    #: Seals the accounts of payees; without it none are kept, and payments are made by hand.
    payee_keys: KeyRing | None = None
    unheard_seconds: float = 5.0
    #: By ``county/FUND``, of accounts whose bank takes orders as pain.001.
    payers: Mapping[str, PayerAccount] = {}
    #: No while a release runs beside this one that tells nobody what money has met (decision 0071).
    tells_money: bool = True


def config_from(environ: Mapping[str, str]) -> Config:
    """Read the settings; ``ONESTOP_POLICIES`` names the folder of packs. Raises KeyError, PackError, KeyTextError.

    ``ONESTOP_PAYEE_KEYS`` names the key file of payees' accounts, ``ONESTOP_PAYER_ACCOUNTS`` a file in JSON
    with the accounts of funds whose bank takes pain.001. ``ONESTOP_LEDGER_PAID_ELSEWHERE`` and
    ``ONESTOP_LEDGER_MORE_FUNDS`` are lists of fund codes with commas. ``ONESTOP_TELL_MONEY`` is ``no`` while a release
    from before it was told what money has met runs beside this one.
    """
    elsewhere, payee_keys = environ.get(PAID_ELSEWHERE_SETTING), environ.get(PAYEE_KEYS_SETTING)
    payers = environ.get(PAYER_ACCOUNTS_SETTING)
    return Config(
        library=load_library(Path(environ[POLICIES_SETTING])),
        paid_elsewhere=None if elsewhere is None else _codes(elsewhere),
        more_funds=_codes(environ.get(MORE_FUNDS_SETTING, "")),
        payee_keys=KeyRing.from_file(Path(payee_keys)) if payee_keys else None,
        payers=msgspec.json.decode(Path(payers).read_bytes(), type=dict[str, PayerAccount]) if payers else {},
        tells_money=environ.get(TELL_MONEY_SETTING, "yes") != "no",
    )


def _codes(text: str) -> frozenset[str]:
    return frozenset(code.strip() for code in text.split(",") if code.strip())
