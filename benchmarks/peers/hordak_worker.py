"""django-hordak in a process of its own, under the Python that has it; imports nothing of ours.

Told "<transfers>", it makes so many transfers over a thousand accounts by hordak's own
`Account.transfer_to`, all in one transaction, and answers with the seconds they took.
"""

from __future__ import annotations

import os
import random
import sys
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

ACCOUNTS = 1_000


def configure(database_url: str) -> None:
    """Set Django up with hordak alone."""
    address = urlsplit(database_url)
    settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": address.path.removeprefix("/"),
                "USER": address.username or "",
                "PASSWORD": address.password or "",
                "HOST": address.hostname or "",
                "PORT": str(address.port or ""),
            }
        },
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "mptt",
            "djmoney",
            "hordak",
        ],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        DEFAULT_CURRENCY="CNY",
        HORDAK_CURRENCIES=["CNY"],
        HORDAK_INTERNAL_CURRENCY="CNY",
        CURRENCIES=["CNY"],
        USE_TZ=True,
    )
    django.setup()


def open_accounts() -> list[Any]:
    """Open a thousand accounts; their tree is built once, at the end."""
    # Only after Django is set up; it is never installed beside us.
    from hordak.models import Account  # type: ignore[import-not-found]  # noqa: PLC0415

    with transaction.atomic(), Account.objects.disable_mptt_updates():
        for number in range(ACCOUNTS):
            Account.objects.create(name=f"a{number}", type="LI", currencies=["CNY"])
    Account.objects.rebuild()
    return list(Account.objects.all())


def transfer(accounts: list[Any], count: int, chance: random.Random) -> float:
    """Make transfers between accounts drawn at random; return the seconds."""
    from djmoney.money import Money  # type: ignore[import-not-found]  # noqa: PLC0415

    pairs = [chance.sample(accounts, 2) for _ in range(count)]
    amounts = [Money(chance.randint(1, 1000), "CNY") for _ in range(count)]
    started = perf_counter()
    with transaction.atomic():
        for (source, destination), amount in zip(pairs, amounts, strict=True):
            source.transfer_to(destination, amount)
    return perf_counter() - started


def main() -> int:
    """Speak a line at a time with `benchmarks.ledger`."""
    configure(os.environ["PEER_DATABASE_URL"])
    call_command("migrate", verbosity=0)
    accounts = open_accounts()
    chance = random.Random(1)
    print("ready", flush=True)
    for line in sys.stdin:
        print(transfer(accounts, int(line), chance), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
