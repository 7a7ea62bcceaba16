"""From a line of a bill to the use behind it: the parts add up to the line, to the micro-yuan."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from compute_billing.audit import billed
from compute_billing.audit.billed import OnBill
from compute_billing.invoices.models import InvoiceLine
from compute_billing.invoices.queries import UnknownInvoice
from compute_billing.metering.queries import UsageFilter
from kernel.periods import month_of
from tests.builders.world import World, make_world
from tests.lasting import lasting

pytestmark = pytest.mark.django_db

ANY = UsageFilter()


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker) -> Iterator[World]:
    with lasting(django_db_blocker):
        yield make_world()


def behind(tenant_id: int, on: OnBill, *, limit: int = 100) -> list[billed.BilledUsage]:
    """Return all that a bill month or line is made of, read in small pages."""
    found: list[billed.BilledUsage] = []
    after = None
    while page := billed.billed_page(
        tenant_id=tenant_id, on=on, wanted=ANY, after=after, limit=limit
    ):
        found += page
        last = page[-1].usage
        after = last.started_at, last.external_id, last.source
    return found


def test_what_is_behind_each_line_adds_up_to_the_line(world: World) -> None:
    # Behind a package there is no use: tests/compute_billing/invoices/test_packages.py.
    of_use = InvoiceLine.objects.filter(package_change=None)
    lines = of_use.select_related("invoice").order_by("id")
    units, notes = set(), set()
    for line in lines:
        # given a line of a bill, or of a credit note
        told = billed.line_of_bill(
            tenant_id=line.tenant_id, bill=line.invoice.public_id, position=line.position
        )
        # when the use behind it is read, two records at a time
        found = behind(line.tenant_id, told.on, limit=2)
        # then the parts are the line
        assert sum(one.borne for one in found) == line.amount == told.amount
        # and its days are what was used, each in the month that the line names
        days = billed.billed_days(tenant_id=line.tenant_id, on=told.on, wanted=ANY)
        assert sum(day.quantity for day in days) == sum(one.quantity for one in found)
        assert {month_of(day.day) for day in days} <= {line.usage_month}
        units.add(line.unit == "CNY")
        notes.add(line.invoice.kind)
    assert units == {True, False}, "money and card time were both looked at"


def test_a_bill_month_holds_what_its_bills_say(world: World) -> None:
    for tenant in (world.alpha, world.beta):
        for month in set(
            InvoiceLine.objects.filter(tenant_id=tenant.pk).values_list("booked_month", flat=True)
        ):
            on = OnBill(booked_month=month)
            lines = InvoiceLine.objects.filter(tenant_id=tenant.pk, booked_month=month)
            # when all that is booked in a month is summed, and read record by record
            sums = billed.billed_sums(tenant_id=tenant.pk, on=on, wanted=ANY)
            found = behind(tenant.pk, on, limit=2)
            # then both say what the lines say, late use and corrections included
            assert sums.quantity == sum(int(line.quantity) for line in lines)
            assert sums.cost.gross == sum(line.amount for line in lines if line.unit == "CNY")
            assert sums.records == len(found) == len({one.usage.usage_id for one in found})
            assert sums.quantity == sum(one.quantity for one in found)
            assert sums.cost.tenant == sum(one.cost.tenant for one in found)
            # and so do its days
            days = billed.billed_days(tenant_id=tenant.pk, on=on, wanted=ANY)
            assert sums.quantity == sum(day.quantity for day in days)


def test_other_filters_narrow_what_stands_on_a_bill(world: World) -> None:
    month = (
        InvoiceLine.objects.filter(tenant_id=world.beta.pk).earliest("booked_month").booked_month
    )
    on = OnBill(booked_month=month)
    choices = billed.billed_choices(tenant_id=world.beta.pk, on=on)
    for card_type in choices.card_types:
        narrowed = billed.billed_page(
            tenant_id=world.beta.pk,
            on=on,
            wanted=UsageFilter(card_type=card_type),
            after=None,
            limit=100,
        )
        assert {one.usage.card_type for one in narrowed} == {card_type}
        days = billed.billed_days(
            tenant_id=world.beta.pk, on=on, wanted=UsageFilter(card_type=card_type)
        )
        assert sum(day.quantity for day in days) == sum(one.quantity for one in narrowed)
    assert len(choices.card_types) == 2


def test_a_line_of_somebody_else_is_as_absent_as_one_that_never_was(world: World) -> None:
    line = InvoiceLine.objects.select_related("invoice").filter(tenant_id=world.alpha.pk)[0]
    for tenant_id, bill, position in (
        (world.beta.pk, line.invoice.public_id, line.position),
        (world.alpha.pk, line.invoice.public_id, 999),
        (world.alpha.pk, uuid4(), 1),
    ):
        with pytest.raises(UnknownInvoice):
            billed.line_of_bill(tenant_id=tenant_id, bill=bill, position=position)
