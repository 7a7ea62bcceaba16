"""What a notification of each kind is about: the references that its words are made of."""

from __future__ import annotations

from accounts.events.vocabulary import BalanceLow, InvoiceIssued
from accounts.notifications.kinds import Kind
from kernel.identifiers import uuid7
from kernel.money import Money
from tests.builders.accounts import NOW

LOW = BalanceLow(balance=Money(1_234_567_891), days_left=3, threshold_days=7)
SUM = {"amount": "12.340000", "currency": "CNY"}
OF_A_BUDGET = {
    "budget": "018f0000-0000-7000-8000-000000000000",
    "project": "",
    "month": "2026-10",
    **dict.fromkeys(("amount", "spent", "held", "forecast", "shortfall"), SUM),
}
OF_EINVOICE = {
    "einvoice": str(uuid7()),
    "colour": "blue",
    "document": "SJ000000000001",
    "number": "26112000000000000001",
    "total": LOW.as_data()["balance"],
}
OF_APPLICATIONS = {
    "application": str(uuid7()),
    "number": "SQ202600000001",
    "state": "submitted",
    "due_on": "2026-11-27",
}
OF_EINVOICES = {
    Kind.EINVOICE_REQUESTED: OF_EINVOICE,
    Kind.EINVOICE_ISSUED: OF_EINVOICE,
    Kind.EINVOICE_REFUSED: OF_EINVOICE,
}
OF_A_PAYMENT = {"payment": str(uuid7()), "amount": LOW.as_data()["balance"]}
OF_AN_END = {
    "package": str(uuid7()),
    "number": "PK20261005-000001",
    "days_left": 7,
}
OF_CASH = {
    "difference": str(uuid7()),
    "custody": "stripe:main",
    "since": "2026-10-09",
    "amount": LOW.as_data()["balance"],
}
OF_A_JOB = {
    "hold": str(uuid7()),
    "tenant": "qinglan",
    "cluster": "gz",
    "exhausted_at": NOW.isoformat(),
    "shortfall": LOW.as_data()["balance"],
}
OF_A_PAYOUT = {"payout": str(uuid7()), "number": "SJP00000007", "amount": LOW.as_data()["balance"]}
OF_A_DISPUTE = {
    "dispute": str(uuid7()),
    "external_id": "4711.0",
    "source": "slurm",
    "due_on": "2026-10-16",
    "day": "2026-10-16",
    "level": "operator",
    "verdict": "granted",
    "before": LOW.as_data()["balance"],
    "after": LOW.as_data()["balance"],
}
ABOUT = {
    Kind.BILL_ISSUED: InvoiceIssued(
        invoice=uuid7(), number="2026-000007", month=NOW.date(), total=Money.from_fen(12_345)
    ).as_data(),
    Kind.MONTH_SETTLED: {"month": "2026-09"},
    Kind.STATEMENT_ISSUED: {"month": "2026-09", "gross": LOW.as_data()["balance"]},
    Kind.CLAIM_PAID: {"month": "2026-09", "amount": LOW.as_data()["balance"]},
    Kind.AWARD_APPROVED: {"award": "A-7", "cap": LOW.as_data()["balance"]},
    Kind.BALANCE_LOW: LOW.as_data(),
    Kind.HOLD_EXHAUSTED: OF_A_JOB,
    Kind.BUDGET_REACHED: {**OF_A_BUDGET, "measure": "actual", "percent": 80},
    Kind.BUDGET_STOPPED: OF_A_BUDGET,
    Kind.PAYMENT_DUE: {
        "operator": "jingxi",
        "level": 3,
        "items": 2,
        "due_on": "2026-12-02",
        "amount": SUM,
        "disputed": SUM,
    },
    Kind.PAYMENT_LONG_OVERDUE: {"tenant": "青岚", "operator": "jingxi", "amount": SUM},
    Kind.CREDIT_CHANGED: {"mode": "postpaid", "limit": SUM, "used": SUM},
    Kind.USAGE_REJECTED: {"source": "slurm", "rejected": 2, "conflict": 1},
    Kind.KEY_EXPIRING: {"prefix": "4f1c09a2b7de", "expires_at": NOW.isoformat()},
    Kind.KEY_CREATED: {"prefix": "4f1c09a2b7de"},
    Kind.ROLE_GIVEN: {"role": "finance"},
    Kind.WEBHOOK_DISABLED: {"endpoint": str(uuid7()), "reason": "failing"},
    Kind.VERIFICATION_DECIDED: {"outcome": "approved"},
    Kind.DEADLINE_NEAR: {"day": "2026-10-09"},
    Kind.PACKAGE_CHANGED: {
        "package": str(uuid7()),
        "number": "PK20261005-000001",
        "cards": 4,
        "amount": {"amount": "-5600.000000", "currency": "CNY"},
    },
    Kind.PACKAGE_ENDING: OF_AN_END,
    Kind.PAYMENT_RECEIVED: OF_A_PAYMENT,
    Kind.PAYMENT_FAILED: OF_A_PAYMENT,
    Kind.REFUND_PAID: OF_A_PAYMENT,
    Kind.REFUND_FAILED: OF_A_PAYMENT,
    Kind.PAYMENT_DISPUTED: OF_A_PAYMENT,
    Kind.DISPUTE_CLOSED: {**OF_A_PAYMENT, "outcome": "won"},
    Kind.AUTO_TOP_UP_OFF: {"times": 3},
    Kind.VERIFICATION_DUE_SOON: {"case": str(uuid7()), "day": "2026-10-09"},
    Kind.VERIFICATION_OVERDUE: {"case": str(uuid7()), "day": "2026-10-09"},
    Kind.VERIFICATION_ENDING: {"ends_on": "2027-10-09", "days_left": 30},
    Kind.VERIFICATION_ENDED: {"ends_on": "2027-10-09"},
    Kind.CASH_DIFFERENCE_OPEN: OF_CASH,
    Kind.PAYOUT_PAID: OF_A_PAYOUT,
    Kind.PAYOUT_RETURNED: {**OF_A_PAYOUT, "failure": "账号不存在"},
    Kind.PAYOUT_REVERSED: {**OF_A_PAYOUT, "reason": "多付"},
    Kind.CONNECTED_ACCOUNT_LIMITED: {
        "reason": "requirements.past_due",
        "wanted": 2,
        "by": "2026-10-20",
    },
    Kind.ONWARD_PAYOUT_FAILED: {"failure": "The bank account has been closed."},
    Kind.PAYOUT_ACCOUNT_CHANGED: {"account": str(uuid7()), "last_four": "0017"},
    **OF_EINVOICES,
    Kind.PROGRAMME_PROPOSED: {"programme": "nanning-2025", "number": 2, "versions": 1},
    Kind.APPLICATION_MOVED: dict(OF_APPLICATIONS),
    Kind.APPLICATION_WAITS: dict(OF_APPLICATIONS),
    **dict.fromkeys(
        (
            Kind.USAGE_DISPUTED,
            Kind.USAGE_DISPUTE_ANSWERED,
            Kind.USAGE_DISPUTE_SETTLED,
            Kind.USAGE_DISPUTE_DUE,
            Kind.USAGE_DISPUTE_ESCALATED,
        ),
        OF_A_DISPUTE,
    ),
}
