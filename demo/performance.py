"""The demonstration from the seeded stage to the printed settlement; needs Django's settings."""

from datetime import date

from rich.console import Console

from config.celery import send_nudge
from demo import screen
from demo.act import Act
from demo.budgets import plan_budgets, propose_credit
from demo.cash import compare_cash
from demo.children import Children
from demo.desk import leave_work
from demo.doubting import doubt_some
from demo.generator import generate_month
from demo.hearing import listen
from demo.holds import ask_ahead
from demo.invoicing import invoice_bills
from demo.paying import take_payments
from demo.payouts import pay_the_operator
from demo.reminding import remind_of_arrears
from demo.seeding import set_stage
from demo.transfers import leave_transfers
from demo.trying import try_things
from demo.verifying import verify_some
from kernel.clock import utc_now

BROKEN = 1
BUDGETS = "compute_billing.tasks.budgets.look_at_budgets"


def perform(
    *,
    month: date,
    base: str,
    stripe: str,
    receiver: str,
    children: Children,
    console: Console,
) -> int:
    """Play the month and print it; return 0 when every law of the books holds."""
    with screen.progress_on(console) as progress:
        bar = progress.add_task("month generated, seeded", total=2)
        generated = generate_month(month=month)
        progress.advance(bar)
        stage = set_stage(month=month)
        verify_some(now=utc_now())
        listen(receiver=receiver, now=utc_now())
        progress.advance(bar)
        act = Act(month=generated, stage=stage, base=base, children=children)
        act.run(progress)
        leave_transfers(stage=stage, now=utc_now())
        invoice_bills(stage=stage, now=utc_now())
        leave_work(stage=stage, month=month, base=base, now=utc_now())
        plan_budgets(stage=stage, month=month)
        send_nudge(BUDGETS)
        propose_credit(stage=stage)
        ask_ahead(stage=stage, base=base, now=utc_now())
        bar = progress.add_task("payments taken", total=1)
        take_payments(stage=stage, stripe=stripe, children=children)
        pay_the_operator(stage=stage, month=month, now=utc_now())
        remind_of_arrears(stage=stage, now=utc_now())
        compare_cash(now=utc_now())
        progress.advance(bar)
        doubt_some(stage=stage, month=month, now=utc_now())
        try_things(stage=stage, month=month, base=base, now=utc_now())
        verdicts = act.verify(progress)
    screen.show_outcome(console, act.outcome)
    screen.show_settlement(console, month=month, now=utc_now())
    screen.show_verdicts(console, verdicts)
    screen.show_log_ins(console, log_ins=stage.log_ins, base=base)
    return 0 if all(verdict.holds for verdict in verdicts) else BROKEN
