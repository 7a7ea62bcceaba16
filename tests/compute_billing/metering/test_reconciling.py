"""A source's own totals stand beside the books until somebody explains each difference."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from compute_billing.metering import operations as metering
from compute_billing.metering import reconciling
from compute_billing.metering.models import SourceTotals
from compute_billing.metering.reconciling import DifferenceChanged, UnableToDeliverTotals
from kernel.models import AuditEntry
from kernel.queries import BillingMonthMissing
from tests.builders.accounts import make_user
from tests.builders.usage import CARD_HOUR, NOW, Reporter, fix, make_reporter, use

pytestmark = pytest.mark.django_db

NOVEMBER, OCTOBER = date(2026, 11, 1), date(2026, 10, 1)
# Hour 0 of the builders is eight hours after the month began in Beijing.
BORDER = -8


@pytest.fixture
def reporter() -> Reporter:
    return make_reporter(accounts=("acme", "other"))


def deliver(reporter: Reporter, *, month: date = NOVEMBER, **hours: float) -> SourceTotals:
    return reconciling.deliver_totals(
        source_id=reporter.source.pk,
        month=month,
        quantities={account: round(count * CARD_HOUR) for account, count in hours.items()},
        delivered_by_id=make_user().pk,
        now=NOW,
    )


def differences(totals: SourceTotals) -> dict[str, tuple[float, float]]:
    """Return card-hours by tenant: what the source says, and what stands in the books."""
    return {
        line.tenant.rpartition("-")[0]: (line.stated / CARD_HOUR, line.recorded / CARD_HOUR)
        for line in reconciling.differences(public_id=totals.public_id)
    }


def test_totals_stand_beside_what_was_recorded_less_what_was_corrected(reporter: Reporter) -> None:
    reporter.send(use("a", 0, 5), fix("a-c", "a", 3, 5), use("b", 0, 4, account="other"))

    totals = deliver(reporter, acme=3, other=5)

    assert differences(totals) == {"acme": (3, 3), "other": (5, 4)}
    (waiting,) = [
        line for line in reconciling.differences(public_id=totals.public_id) if line.is_open
    ]
    assert waiting.difference == CARD_HOUR


def test_use_across_the_border_counts_in_both_months(reporter: Reporter) -> None:
    reporter.send(use("night", BORDER - 2, BORDER + 3))

    assert differences(deliver(reporter, acme=3)) == {"acme": (3, 3)}
    assert differences(deliver(reporter, month=OCTOBER, acme=2)) == {"acme": (2, 2)}


def test_accounts_of_one_tenant_are_one_and_those_of_nobody_are_one(reporter: Reporter) -> None:
    metering.map_account(
        source_id=reporter.source.pk, account="acme-2", tenant_id=reporter.tenants["acme"].pk
    )
    reporter.send(use("a", 0, 5))

    totals = deliver(reporter, **{"acme": 3, "acme-2": 2, "lost": 1, "stray": 1})

    assert differences(totals) == {"acme": (5, 5), "": (2, 0)}


def test_what_a_source_forgets_is_a_difference_too(reporter: Reporter) -> None:
    reporter.send(use("a", 0, 5), use("b", 0, 1, account="other"))

    assert differences(deliver(reporter, acme=5)) == {"acme": (5, 5), "other": (0, 1)}


def explain(totals: SourceTotals, reporter: Reporter, *, stated: float, recorded: float) -> None:
    reconciling.explain_difference(
        public_id=totals.public_id,
        tenant=reporter.tenants["acme"].code,
        stated=round(stated * CARD_HOUR),
        recorded=round(recorded * CARD_HOUR),
        reason="a node's clock was wrong",
        decided_by_id=make_user().pk,
        now=NOW,
    )


def test_an_explanation_holds_until_a_figure_changes(reporter: Reporter) -> None:
    reporter.send(use("a", 0, 5))
    totals = deliver(reporter, acme=6)

    explain(totals, reporter, stated=6, recorded=5)
    (explained,) = reconciling.differences(public_id=totals.public_id)
    reporter.send(use("late", 10, 11))
    (changed,) = reconciling.differences(public_id=totals.public_id)
    reporter.send(use("later", 12, 13))
    (again,) = reconciling.differences(public_id=totals.public_id)

    assert (explained.reason, explained.is_open) == ("a node's clock was wrong", False)
    assert (changed.difference, changed.is_open) == (0, False)
    assert (again.difference, again.reason, again.is_open) == (-CARD_HOUR, None, True)
    assert AuditEntry.objects.filter(action="metering.explain_difference").count() == 1


@pytest.mark.parametrize(("stated", "recorded"), [(7, 5), (6, 4), (5, 5)])
def test_what_was_not_seen_cannot_be_explained(
    reporter: Reporter, stated: float, recorded: float
) -> None:
    reporter.send(use("a", 0, 5))
    totals = deliver(reporter, acme=6)

    with pytest.raises(DifferenceChanged):
        explain(totals, reporter, stated=stated, recorded=recorded)


def test_a_difference_is_explained_once(reporter: Reporter) -> None:
    totals = deliver(reporter, acme=6)
    explain(totals, reporter, stated=6, recorded=0)

    with pytest.raises(DifferenceChanged):
        explain(totals, reporter, stated=6, recorded=0)


def test_the_newest_totals_count(reporter: Reporter) -> None:
    former, newest = deliver(reporter, acme=6), deliver(reporter, acme=5)

    known = {line.public_id: line.is_newest for line in reconciling.totals_page()}

    assert known == {former.public_id: False, newest.public_id: True}


def test_what_is_no_total_is_refused(reporter: Reporter) -> None:
    for hours in ({}, {"acme": -1}):
        with pytest.raises(UnableToDeliverTotals):
            deliver(reporter, **hours)
    with pytest.raises(BillingMonthMissing):
        deliver(reporter, month=date(1066, 10, 1), acme=1)
    with pytest.raises(reconciling.UnknownTotals):
        reconciling.totals_of(public_id=uuid4())
