"""The tables of a tenant's balance: what runs, what is owed, its lots, and a day to come."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.api_paging import encoded
from compute_billing.audit.usage import RunningJob, UsageTenant
from compute_billing.ledger import queries
from compute_billing.ledger.queries import CauseOwed, Lot
from portal import figures
from portal.bill_file import hours, yuan
from portal.exports import Cell
from portal.hold_pages import lot_word, quantity
from portal.lot_pages import scope_name
from portal.page_tables import PageTable, Tables
from portal.tables import Table, TableCell, TableRow, amount, count, instant, words
from portal.wallet_future import Future, future_cells, future_table
from portal.wallet_reading import JOBS_MAX, LOTS_MAX, lots_now, running
from portal.wording import ACCOUNTS, ARREARS, worded

MONEY_UNIT: Final = "CNY"
JOBS_IN_FILE_MAX: Final = 10_000
LOT_COLUMNS: Final = (
    *("stage", "reference", "unit", "granted", "left", "card_type", "cluster", "project"),
    *("starts_at", "expires_at"),
)
JOB_COLUMNS: Final = (
    *("source", "job", "record", "project", "card_type", "cards", "started_at", "metered_until"),
    *("card_hours", "gross", "discount", "programme", "tenant"),
)
DEBT_COLUMNS: Final = ("operator", "cause", "since", "postings", "amount")
FUTURE_COLUMNS: Final = ("at", "stage", "unit", "left", "held")


def wallet_tables(*, tenant: UsageTenant, future: Future, now: datetime) -> Tables:
    """Return the tables of the page; the lots' file comes first, and has those that are over."""
    tenant_id = tenant.tenant_id
    return {
        "lots": PageTable(
            read=lambda: lots_now(tenant_id=tenant_id, now=now),
            read_all=lambda: every_lot(tenant_id=tenant_id),
            draw=lambda lots: lots_table(lots, tenant=tenant.code),
            columns=LOT_COLUMNS,
            cells=lot_cells,
        ),
        "jobs": PageTable(
            read=lambda: running(tenant_id=tenant_id, now=now, limit=JOBS_MAX),
            read_all=lambda: running(tenant_id=tenant_id, now=now, limit=JOBS_IN_FILE_MAX),
            draw=jobs_table,
            columns=JOB_COLUMNS,
            cells=job_cells,
        ),
        "debts": PageTable(
            read=lambda: queries.owed_by_cause(tenant_id=tenant_id),
            draw=debts_table,
            columns=DEBT_COLUMNS,
            cells=debt_cells,
        ),
        "future": PageTable(
            read=lambda: future.held,
            draw=future_table,
            columns=FUTURE_COLUMNS,
            cells=lambda part: future_cells(part, at=future.at),
        ),
    }


def every_lot(*, tenant_id: int) -> list[Lot]:
    """Return all lots, those that have run out too."""
    found: list[Lot] = []
    after = None
    while lots := queries.lot_page(
        tenant_id=tenant_id, stage=None, valid_at=None, after=after, limit=LOTS_MAX
    ):
        found += lots
        after = lots[-1].place
    return found


def lots_table(lots: Sequence[Lot], *, tenant: str) -> Table:
    """Return lots, each with the way to its page."""
    return Table(
        name=_("Lots"),
        columns=[_("Lot"), _("Only for"), _("Until"), _("Granted"), _("Left")],
        rows=[_lot_row(lot, tenant=tenant) for lot in lots],
    )


def _lot_row(lot: Lot, *, tenant: str) -> TableRow:
    word = lot_word(tenant=tenant, stage=lot.stage, reference=lot.reference, unit=lot.unit)
    return TableRow(
        key=word,
        cells=[
            TableCell(
                text=worded(ACCOUNTS, lot.stage),
                url=reverse("tenant-lot", args=[word]),
                code=lot.reference,
            ),
            words(scope_name(lot)),
            instant(lot.expires_at),
            quantity(lot.granted, unit=lot.unit, name="granted"),
            quantity(lot.posted, unit=lot.unit, name="balance"),
        ],
    )


def lot_cells(lot: Lot) -> list[Cell]:
    """Return a lot as a row of a file: money in yuan, card time in card-hours."""
    exact = yuan if lot.unit == MONEY_UNIT else hours
    return [
        *(lot.stage, lot.reference, lot.unit, exact(lot.granted), exact(lot.posted)),
        *(lot.card_type, lot.cluster, lot.project, lot.starts_at, lot.expires_at),
    ]


def jobs_table(jobs: Sequence[RunningJob]) -> Table:
    """Return running jobs with what they used and cost up to their last poll."""
    return Table(
        name=_("Running now"),
        columns=[
            _("Job"),
            _("Started"),
            _("Cards"),
            _("Reported until"),
            _("Card-hours"),
            _("Your part so far"),
        ],
        rows=[
            TableRow(
                key=job.job,
                cells=[
                    TableCell(
                        text=job.job,
                        url=reverse("usage-why", args=[encoded(job.source, job.record)]),
                        note=job.project_name or "",
                    ),
                    instant(job.started_at),
                    TableCell(text=f"{figures.cards(job.milli_cards)} × {job.card_type}"),
                    instant(job.metered_until),
                    TableCell(text=figures.card_hours(job.quantity), figure="card_hours"),
                    amount(figures.money(job.cost.tenant), name="cost"),
                ],
            )
            for job in jobs
        ],
    )


def job_cells(job: RunningJob) -> list[Cell]:
    """Return a running job as a row of a file."""
    cost = job.cost
    return [
        *(job.source, job.job, job.record, job.project, job.card_type),
        *(figures.cards(job.milli_cards), job.started_at, job.metered_until, hours(job.quantity)),
        *(yuan(micro) for micro in (cost.gross, cost.discount, cost.programme, cost.tenant)),
    ]


def debts_table(debts: Sequence[CauseOwed]) -> Table:
    """Return what is owed, by whom it is owed to and why."""
    return Table(
        name=_("What is owed, and why"),
        columns=[_("Cause"), _("Since"), _("Postings"), _("Amount")],
        rows=[
            TableRow(
                key=f"{debt.operator} {debt.cause}",
                cells=[
                    TableCell(text=worded(ARREARS, debt.cause), note=debt.operator_name),
                    instant(debt.since),
                    count(debt.debts),
                    TableCell(money=figures.money(debt.outstanding), tone="arrears"),
                ],
            )
            for debt in debts
        ],
    )


def debt_cells(debt: CauseOwed) -> list[Cell]:
    """Return what is owed for a cause as a row of a file."""
    return [debt.operator, debt.cause, debt.since, debt.debts, yuan(debt.outstanding)]
