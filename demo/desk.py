"""What waits on the operator's desk: accounts of nobody, a draft, a source's totals, packages.

Left when the month is settled, so that none of it touches the settlement.
"""

import json
from datetime import date, datetime, timedelta
from typing import Any, Final

from accounts.queries import user_by_email
from compute_billing.catalogue.desk import price_choices
from compute_billing.catalogue.operations import Proposal
from compute_billing.metering import reconciling
from compute_billing.metering.queries import month_totals
from compute_billing.rating import drafts
from demo.cast import CARD_TYPE, MAIL, SOURCE_FILES, SOURCE_HTTP, TENANTS
from demo.generator import EVENT_SOURCE, Delivery
from demo.packages import sell_packages
from demo.seeding import Stage
from demo.sending import send
from kernel.money import Money

# Guests of the centre whom nobody has mapped to a tenant yet, with the jobs that each ran.
GUESTS: Final = ("guest-07", "guest-08", "guest-09", "guest-10", "guest-11")
JOBS_OF_A_GUEST: Final = 2
JOB_CARDS: Final = 4
JOB_HOURS: Final = 2
PROPOSED: Final = "1.860000"
HOLDS_IN: Final = timedelta(days=30)
# A test job of the teaching cluster that its scheduler counts and nobody pays for.
TEST_JOB: Final = 3_600 * 1_000_000
ZONE: Final = "Asia/Shanghai"


def leave_work(*, stage: Stage, month: date, base: str, now: datetime) -> None:
    """Leave rejects, a draft and a difference for somebody to look at."""
    operator_id = user_by_email(email=f"operator@{MAIL}").pk
    send(_jobs_of_guests(now=now), stage=stage, base=base)
    _propose_a_price(maker_id=operator_id, now=now)
    _deliver_totals(stage, month=month, delivered_by_id=operator_id, now=now)
    sell_packages(stage=stage, now=now)


def _jobs_of_guests(*, now: datetime) -> Delivery:
    yesterday = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    events = [
        _event(f"jx-8{place}{number}", account=account, started=yesterday + timedelta(hours=number))
        for place, account in enumerate(GUESTS)
        for number in range(JOBS_OF_A_GUEST)
    ]
    return Delivery(
        source=SOURCE_HTTP,
        name=f"{SOURCE_HTTP}-guests",
        records=len(events),
        content=json.dumps(events),
        after_closing=True,
    )


def _event(name: str, *, account: str, started: datetime) -> dict[str, Any]:
    ended = started + timedelta(hours=JOB_HOURS)
    return {
        "specversion": "1.0",
        "type": "cn.suanji.usage.v1",
        "source": EVENT_SOURCE,
        "id": name,
        "subject": account,
        "time": ended.isoformat(),
        "datacontenttype": "application/json",
        "data": {
            "cards": JOB_CARDS,
            "card_type": CARD_TYPE,
            "started_at": started.isoformat(),
            "ended_at": ended.isoformat(),
        },
    }


def _propose_a_price(*, maker_id: int, now: datetime) -> None:
    offered = price_choices()
    first_instant = (now + HOLDS_IN).replace(hour=16, minute=0, second=0, microsecond=0)
    drafts.propose_price(
        proposal=Proposal(
            price_list_id=offered.price_lists["puhui"],
            meter_id=offered.meters[CARD_TYPE],
            cluster_id=None,
            valid_from=first_instant,
            unit_price_micro=Money.from_text(PROPOSED).amount_micro,
            reason="电价下调，普惠日间价随之调整。",
        ),
        maker_id=maker_id,
        now=now,
    )


def _deliver_totals(stage: Stage, *, month: date, delivered_by_id: int, now: datetime) -> None:
    teaching = [tenant for tenant in TENANTS if tenant.source == SOURCE_FILES]
    account_of = {tenant.code: tenant.account for tenant in teaching}
    recorded = {
        account_of[total["tenant"]]: total["quantity"]
        for total in month_totals(time_zone=ZONE)
        if total["month"] == month and total["tenant"] in account_of
    }
    reconciling.deliver_totals(
        source_id=stage.source_ids[SOURCE_FILES],
        month=month,
        quantities={account: quantity + TEST_JOB for account, quantity in recorded.items()},
        delivered_by_id=delivered_by_id,
        now=now,
    )
