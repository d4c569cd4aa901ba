"""The peer of the ledger: django-hordak booking transfers of two legs on the same PostgreSQL, many a transaction."""

import time
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import msgspec

_ACCOUNTS: Final = 20


class HordakRates(msgspec.Struct, frozen=True):
    """Transfers a second: by its own ``transfer_to``, and as rows in bulk, which no caller of its models makes."""

    by_transfer: float
    in_bulk: float


def hordak_rates(database: str, transfers: int, at_once: int) -> HordakRates:
    """Both rates, each over so many transfers."""
    _set_up(database)
    from django.db import transaction  # noqa: PLC0415 - it reads its settings at import
    from hordak.models import Account, AccountType  # noqa: PLC0415
    from moneyed import CNY, Money  # noqa: PLC0415

    bank = Account.objects.create(name="bank", type=AccountType.asset, currencies=["CNY"])
    funds = [
        Account.objects.create(name=f"fund {number}", type=AccountType.income, currencies=["CNY"])
        for number in range(_ACCOUNTS)
    ]
    bank.refresh_from_db()
    amount = Money("7.00", CNY)
    began = time.perf_counter()
    for first in range(0, transfers, at_once):
        with transaction.atomic():
            for number in range(first, first + at_once):
                funds[number % _ACCOUNTS].transfer_to(bank, amount)
    by_transfer = transfers / (time.perf_counter() - began)
    began = time.perf_counter()
    for _ in range(0, transfers, at_once):
        with transaction.atomic():
            _in_bulk(bank, funds, amount, at_once)
    return HordakRates(by_transfer, transfers / (time.perf_counter() - began))


def _in_bulk(bank: Any, funds: list[Any], amount: Any, count: int) -> None:
    from hordak.models import Leg, Transaction  # noqa: PLC0415

    made = Transaction.objects.bulk_create([Transaction() for _ in range(count)])
    legs = []
    for number, one in enumerate(made):
        legs.append(Leg(transaction=one, account=funds[number % _ACCOUNTS], credit=amount))
        legs.append(Leg(transaction=one, account=bank, debit=amount))
    Leg.objects.bulk_create(legs)


def _set_up(database: str) -> None:
    import django  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    parts = urlsplit(database)
    settings.configure(
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "mptt", "hordak"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": parts.path.strip("/"),
                "USER": "postgres",
                "HOST": parse_qs(parts.query)["host"][0],
            }
        },
        DEFAULT_CURRENCY="CNY",
        CURRENCIES=["CNY"],
        HORDAK_DECIMAL_PLACES=2,
        HORDAK_MAX_DIGITS=13,
        HORDAK_INTERNAL_CURRENCY="CNY",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=True,
    )
    django.setup()
    call_command("migrate", verbosity=0)
