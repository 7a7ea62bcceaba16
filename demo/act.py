"""The month of the demonstration: deliver, rate, close, settle, be late, verify.

The work is done by the web server and the workers; here it is asked for and waited for, through
operations, queries, HTTP and nudges alone.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Final

from rich.progress import Progress

from compute_billing.audit import queries as audit
from compute_billing.audit.laws import LAWS
from compute_billing.invoices import queries as invoices
from compute_billing.metering import queries as metering
from compute_billing.rating import queries as rating
from compute_billing.settlement import queries as settlement
from config.celery import send_nudge
from demo.children import Children
from demo.generator import Month
from demo.present import polls
from demo.seeding import Stage, map_late_account
from demo.sending import send
from kernel.clock import utc_now
from local_services.processes import wait_until

RATE: Final = "compute_billing.tasks.rating.rate_pending"
RETRY: Final = "compute_billing.tasks.metering.retry_rejected"
CLOSE: Final = "compute_billing.tasks.settlement.close_due_months"
SETTLE: Final = "compute_billing.tasks.settlement.settle_due"
SEAL: Final = "compute_billing.tasks.settlement.seal_audit"

STEP_SECONDS_MAX: Final = 180.0
# A nudge may be lost; after so many looks at the queue another one is sent.
LOOKS_PER_NUDGE: Final = 100


class StepTookTooLong(RuntimeError):
    """The workers did not do in time what they were asked for."""


class Act:
    """One run through the month, told on a progress display."""

    def __init__(self, *, month: Month, stage: Stage, base: str, children: Children) -> None:
        """Describe the run; `base` is the address of the web server."""
        self.month = month
        self.stage = stage
        self.base = base
        self.children = children
        self.outcome: Counter[str] = Counter()

    def run(self, progress: Progress) -> None:
        """Play the month from the first delivery until all of it is rated and settled."""
        self.deliver(progress, after_closing=False)
        map_late_account(self.stage)
        self.do(progress, "rejects tried again", task=RETRY, left=_readable_rejects)
        self.do(progress, "usage rated", task=RATE, left=_waiting)
        self.do(progress, "tenants closed", task=CLOSE, left=self._open_tenants)
        self.do(progress, "month settled", task=SETTLE, left=self._unsettled)
        self.deliver(progress, after_closing=True)
        self.outcome += send(polls(now=utc_now()), stage=self.stage, base=self.base)
        self.do(progress, "late and running usage rated", task=RATE, left=_waiting)
        send_nudge(SEAL)

    def deliver(self, progress: Progress, *, after_closing: bool) -> None:
        """Send what the sources report, in the order in which it arrives."""
        wanted = [d for d in self.month.deliveries if d.after_closing == after_closing]
        name = "late usage delivered" if after_closing else "usage delivered"
        bar = progress.add_task(name, total=sum(delivery.records for delivery in wanted))
        for delivery in wanted:
            self.outcome += send(delivery, stage=self.stage, base=self.base)
            self.children.check()
            progress.advance(bar, delivery.records)

    def do(self, progress: Progress, name: str, *, task: str, left: Callable[[], int]) -> None:
        """Nudge the workers and wait until nothing is left to do.

        Raises:
            StepTookTooLong: something was left for minutes.
            ChildEnded: a worker has ended.
        """
        most = left()
        bar = progress.add_task(name, total=max(most, 1))
        looks = 0

        def is_done() -> bool:
            nonlocal looks, most
            if looks % LOOKS_PER_NUDGE == 0:
                send_nudge(task)
            looks += 1
            self.children.check()
            now_left = left()
            most = max(most, now_left)
            progress.update(bar, total=max(most, 1), completed=most - now_left)
            return now_left == 0

        if not wait_until(is_done, seconds_max=STEP_SECONDS_MAX):
            message = f"{name}: {left()} left after {STEP_SECONDS_MAX:.0f} s; see the logs."
            raise StepTookTooLong(message)
        progress.update(bar, total=max(most, 1), completed=max(most, 1))

    def verify(self, progress: Progress) -> list[audit.Verdict]:
        """Ask every law of the books what breaks it."""
        bar = progress.add_task("laws verified", total=len(LAWS))
        return audit.verify_books(progress=lambda _verdict: progress.advance(bar))

    def _open_tenants(self) -> int:
        return invoices.open_tenant_count(month=self._month)

    def _unsettled(self) -> int:
        is_settled = bool(settlement.statements_of(month=self._month))
        return int(not is_settled or self._month in settlement.months_to_settle())

    @property
    def _month(self) -> date:
        return self.month.month


def _waiting() -> int:
    """Return how many records wait for a worker; those that wait for a person are not counted."""
    return rating.waiting().get("", 0)


def _readable_rejects() -> int:
    return len(metering.sources_with_readable_rejects())
