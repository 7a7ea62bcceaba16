"""A reporter of usage for tests of the store: hours and cards in, what the books say out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from accounts.models import Organisation, OrganisationKind
from compute_billing.catalogue import operations as catalogue
from compute_billing.metering import operations as metering
from compute_billing.metering.formats import Parsed, ParsedRecord, Reject, RunningObservation
from compute_billing.metering.models import UsageImport, UsageSource
from compute_billing.metering.runs import cut
from kernel.sql import rows
from tests.builders.accounts import make_organisation
from tests.builders.metering import make_parsed_record

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
START_MS = 1_793_491_200_000  # 2026-11-01T00:00Z, hour 0 of every test
HOUR_MS = 3_600_000
CARD_HOUR = 3_600_000_000

_numbers = count(1)


def hour(number: float) -> int:
    """Return the instant of an hour after the start, in milliseconds."""
    return START_MS + round(number * HOUR_MS)


def use(job: str, start: float, end: float, *, cards: float = 1, **fields: Any) -> ParsedRecord:
    """Cards in use by acme from hour to hour; `hours` where some were suspended."""
    milli_cards = round(cards * 1000)
    hours = fields.pop("hours", end - start)
    return make_parsed_record(
        **{
            "position": next(_numbers),
            "external_id": job,
            "card_type": "",
            "milli_cards": milli_cards,
            "started_ms": hour(start),
            "ended_ms": hour(end),
            "quantity": milli_cards * round(hours * HOUR_MS),
            "payload": f"{job},{start},{end},{cards}",
            **fields,
        }
    )


def fix(job: str, corrects: str, start: float, end: float, **fields: Any) -> ParsedRecord:
    """Take hours of a record back."""
    record = use(job, start, end, corrects=corrects, allocation_key=corrects, **fields)
    return ParsedRecord(
        **{
            **{name: getattr(record, name) for name in record.__struct_fields__},
            "quantity": -record.quantity,
        }
    )


def poll(
    job: str, start: float, now: float, *, elapsed: float | None = None, **fields: Any
) -> RunningObservation:
    """Observe a running job at an hour; `elapsed` hours where it was suspended meanwhile."""
    ran = now - start if elapsed is None else elapsed
    values = {
        "position": next(_numbers),
        "external_id": job,
        "allocation_key": job,
        "account": "acme",
        "cluster": "",
        "card_type": "",
        "project": "",
        "milli_cards": 1000,
        "started_ms": hour(start),
        "observed_ms": hour(now),
        "elapsed_ms": round(ran * HOUR_MS),
        "licence_ref": "",
        "payload": f"{job} at {now}",
    }
    return RunningObservation(**{**values, **fields})


@dataclass
class Reporter:
    """A source with a tenant behind its account "acme"."""

    operator: Organisation
    source: UsageSource
    import_id: int
    tenants: dict[str, Organisation] = field(default_factory=dict)

    def add_tenant(self, account: str, **validity: Any) -> Organisation:
        """Give an account of the source a tenant of its own."""
        tenant = make_organisation(code=f"{account}-{next(_numbers)}")
        metering.map_account(
            source_id=self.source.pk, account=account, tenant_id=tenant.pk, **validity
        )
        self.tenants[account] = tenant
        return tenant

    def send(self, *items: Parsed, now: datetime = NOW) -> metering.Outcome:
        """Deliver in one batch."""
        return metering.record_batch(items, source=self.source, import_id=self.import_id, now=now)

    def send_each(self, *items: Parsed) -> metering.Outcome:
        """Deliver one item per batch."""
        total = metering.Outcome()
        for item in items:
            total.add(self.send(item))
        return total

    def retry(self, **options: Any) -> metering.Outcome:
        """Try the rejects again."""
        return metering.retry_rejected(source=self.source, now=NOW, **options)

    def books(self) -> list[tuple[str, float, float, float]]:
        """Return (key, from hour, to hour, card-hours) of every record in order of its id."""
        found = rows(
            "SELECT external_id, (extract(epoch FROM started_at) * 1000)::bigint AS started_ms,"
            " (extract(epoch FROM ended_at) * 1000)::bigint AS ended_ms, quantity"
            " FROM metering_usage_record WHERE source_id = %(source_id)s ORDER BY id",
            source_id=self.source.pk,
        )
        return [
            (
                row["external_id"].replace(str(START_MS), "0"),
                (row["started_ms"] - START_MS) / HOUR_MS,
                (row["ended_ms"] - START_MS) / HOUR_MS,
                row["quantity"] / 1000 / HOUR_MS,
            )
            for row in found
        ]

    def intervals(self) -> list[tuple[float, float, float]]:
        """Return the books without their keys."""
        return [row[1:] for row in self.books()]

    def counts(self) -> dict[str, int]:
        """Return what the delivery counts."""
        names = ("accepted", "duplicate", "conflict", "rejected")
        return UsageImport.objects.values(*names).get(pk=self.import_id)

    def new_import(self) -> int:
        """Begin another delivery."""
        self.import_id = start_import(self.source)
        return self.import_id


def start_import(source: UsageSource) -> int:
    """Begin a delivery."""
    started = metering.start_import(
        source=source, format_name="csv", origin="test.csv", measure="cards", now=NOW
    )
    return started.pk


def make_reporter(*, accounts: tuple[str, ...] = ("acme",), **source: Any) -> Reporter:
    """Open a centre with a cluster, a card type and a source; its account "acme" has a tenant."""
    number = next(_numbers)
    operator = make_organisation(kind=OrganisationKind.OPERATOR)
    centre = catalogue.open_centre(
        code=f"reporting-{number}", name="centre", owner_id=operator.pk, operator_id=operator.pk
    )
    catalogue.add_card_type(code=f"reported-{number}", name="910B2")
    cluster = catalogue.add_cluster(
        centre_id=centre.pk, code=f"reporting-{number}", name="cluster", milli_cards=None
    )
    opened = metering.open_source(
        **{
            "code": f"reporter-{number}",
            "name": "Slurm",
            "cluster_id": cluster.pk,
            "card_type": f"reported-{number}",
            "now": NOW,
            **source,
        }
    )
    reporter = Reporter(operator, opened, start_import(opened))
    for account in accounts:
        reporter.add_tenant(account)
    return reporter


def statuses(outcome: metering.Outcome) -> list[str]:
    """Return what was not accepted, as reasons or statuses, in order of position."""
    return [status.reason or status.status for _, status in sorted(outcome.statuses.items())]


def tables() -> dict[str, int]:
    """Return how many rows each table of the store holds."""
    names = ("usage_key", "usage_record", "usage_pending", "allocation")
    found = {}
    for name in names:
        found[name] = rows(f"SELECT count(*) AS n FROM metering_{name}")[0]["n"]
    return found


def make_reject(position: int) -> Reject:
    """Make a row that a reader refused."""
    return Reject(
        position=position,
        reason="zero_cards",
        field="cards",
        message=f"Line {position}: cards is 0: no card was in use.",
        payload="job,acme,0",
        external_id="job",
        account="acme",
    )


def runs_of(*items: Parsed) -> list[int]:
    """Return how many records each run of a batch has."""
    return [len(run.records) for run in cut(items)]
