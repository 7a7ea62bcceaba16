"""Who reports in the benchmark of ingest, and the records."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from accounts import operations as people
from accounts.permissions import Scope
from compute_billing import public
from compute_billing.catalogue import queries as catalogue
from compute_billing.metering import operations as metering
from compute_billing.metering.formats.record import ParsedRecord
from compute_billing.metering.models import SourceAccountMapping, UsageSource
from kernel.clock import utc_now

ACCOUNTS: Final = 100
DAY_MS: Final = 86_400_000
# Schedulers tell whole seconds.
STARTS_PER_SECOND: Final = 25
DURATION_SECONDS_MAX: Final = 8 * 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A source with a hundred accounts, each a tenant's, and its operator's key."""

    source: UsageSource
    import_id: int
    meter_id: int
    key_text: str
    accounts: Sequence[str]
    tenant_ids: dict[str, int]
    first_ms: int

    def records(
        self, prefix: str, first: int, count: int, *, chance: random.Random
    ) -> list[ParsedRecord]:
        """Make finished jobs as a reader would hand them on, in order of their start."""
        made = []
        for number in range(first, first + count):
            started_ms = self.first_ms + number // STARTS_PER_SECOND * 1_000
            ended_ms = started_ms + chance.randrange(1, DURATION_SECONDS_MAX) * 1_000
            milli_cards = 1_000 * chance.choice((1, 1, 1, 2, 4, 8, 16))
            key = f"{prefix}/{number:08}/cards"
            made.append(
                ParsedRecord(
                    position=number + 1,
                    external_id=key,
                    allocation_key=key,
                    account=chance.choice(self.accounts),
                    cluster="",
                    card_type="910B2",
                    project="",
                    milli_cards=milli_cards,
                    started_ms=started_ms,
                    ended_ms=ended_ms,
                    quantity=milli_cards * (ended_ms - started_ms),
                    corrects="",
                    licence_ref="",
                    payload=f"{key},{milli_cards},{started_ms},{ended_ms}",
                )
            )
        return made


def open_world() -> World:
    """Open the source; a hundred accounts get tenants."""
    now = utc_now()
    source = public.open_missing_source(code="bench", card_type="910B2", time_zone="UTC", now=now)
    accounts = [f"tenant-{number:03}" for number in range(ACCOUNTS)]
    public.add_missing_tenants(source_id=source.pk, accounts=accounts, now=now)
    key = people.issue_api_key(
        organisation_id=source.default_cluster.centre.operator_id,
        name="bench",
        scopes=[Scope.USAGE_WRITE],
        now=now,
    )
    delivery = metering.start_import(
        source=source, format_name="csv", origin="benchmark", measure="cards", now=now
    )
    mappings = SourceAccountMapping.objects.filter(source=source)
    return World(
        source=source,
        import_id=delivery.pk,
        meter_id=catalogue.meter_by_code(code="910B2").pk,
        key_text=key.text,
        accounts=accounts,
        tenant_ids=dict(mappings.values_list("account", "tenant_id")),
        first_ms=int(now.timestamp()) * 1000 - DAY_MS,
    )
