"""What the demonstration prints: the settlement, the verdicts, the log-ins."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from compute_billing.audit.queries import Verdict
from compute_billing.settlement.overview import tenant_lines
from compute_billing.settlement.queries import Amounts, total
from demo.cast import PASSWORD
from demo.seeding import LogIn
from kernel.money import Money
from kernel.periods import month_text
from kernel.quantities import card_hours_text


def progress_on(console: Console) -> Progress:
    """Return the display of the steps."""
    return Progress(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description:24}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


def show_outcome(console: Console, outcome: Counter[str]) -> None:
    """Tell what became of the delivered records."""
    parts = [
        f"{outcome[name]:,} {name}" for name in ("accepted", "duplicate", "conflict", "rejected")
    ]
    console.print(f"\nRecords: {', '.join(parts)}")


def show_settlement(console: Console, *, month: date, now: datetime) -> None:
    """Print the settled month: a row per tenant, and the totals."""
    lines = tenant_lines(month=month, tenant_ids=None, now=now)
    table = Table(
        title=f"Settlement of {month_text(month)} (yuan)", title_justify="left", box=box.SIMPLE_HEAD
    )
    table.add_column("tenant", no_wrap=True)
    for name in ("card-hours", "gross", "discount", "subsidy", "paid", "arrears", "balance"):
        table.add_column(name, justify="right", no_wrap=True)
    for line in lines:
        table.add_row(*_cells(line.name, line.amounts, balance=line.balance))
    table.add_section()
    amounts = total(line.amounts for line in lines)
    balance = sum(line.balance for line in lines)
    table.add_row(*_cells("total", amounts, balance=balance), style="bold")
    console.print(table)


def _cells(name: str, amounts: Amounts, *, balance: int) -> tuple[str, ...]:
    return (
        name,
        card_hours_text(amounts.quantity, places=2),
        *(
            Money(micro).fen_text()
            for micro in (
                amounts.gross,
                amounts.discount,
                amounts.programme,
                amounts.tenant_paid,
                amounts.arrears,
                balance,
            )
        ),
    )


def show_verdicts(console: Console, verdicts: Sequence[Verdict]) -> None:
    """Tell whether every law of the books holds, and which does not."""
    broken = [verdict for verdict in verdicts if not verdict.holds]
    console.print(f"Books: {len(verdicts)} laws, {len(broken)} broken")
    for verdict in broken:
        console.print(f"  broken: {verdict.law.name} {list(verdict.offenders)[:3]}", style="red")


def show_log_ins(console: Console, *, log_ins: Sequence[LogIn], base: str) -> None:
    """Tell who can sign in where."""
    table = Table(
        title=f"Sign in at {base}/ with password {PASSWORD}",
        title_justify="left",
        box=box.SIMPLE_HEAD,
    )
    table.add_column("e-mail address", no_wrap=True)
    table.add_column("sees")
    for log_in in log_ins:
        table.add_row(log_in.email, log_in.sees)
    console.print(table)
    console.print("Staff show no second factor here (STAFF_NEED_SECOND_FACTOR=false).", style="dim")
