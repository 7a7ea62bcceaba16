"""Red letters: of a credit note or of a wrong invoice, and never more than the blue one says."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError

from compute_billing.audit.queries import verify_books
from compute_billing.einvoices import operations, queries
from compute_billing.einvoices.models import EInvoice, EInvoiceReversed
from compute_billing.invoices.models import Invoice
from kernel.sql import execute
from tests.builders.accounts import make_user
from tests.builders.einvoices import answer, make_issued, make_request, reverse, set_item
from tests.builders.invoices import (
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    close,
    make_correction,
    make_use,
    the_bill,
)
from tests.builders.market import NOW, Market, make_market

pytestmark = pytest.mark.django_db

PRICE = 2_430_001
STARTS = [datetime(2026, 10, day, tzinfo=UTC) for day in (12, 14, 16)]


def make_invoiced() -> tuple[Market, EInvoice, list[str]]:
    """Invoice three hours of October, 7.290003, as 7.29."""
    market = make_market(price_micro=PRICE)
    market.add_tenant("acme", paid_yuan=100)
    uses = [make_use(market, "acme", start=start) for start in STARTS]
    close(market, "acme")
    set_item(market.operator)
    return market, make_issued([the_bill(market, "acme")]), uses


def take_back(market: Market, use: str, *, place: int, month) -> Invoice:
    """Take one of the hours back by a credit note of a later month."""
    make_correction(market, "acme", corrects=use, start=STARTS[place])
    close(market, "acme", month=month)
    return Invoice.objects.get(kind="credit_note", period=month)


def assert_every_law_holds() -> None:
    broken = [
        (verdict.law.name, verdict.offenders)
        for verdict in verify_books(full=True)
        if not verdict.holds
    ]
    assert broken == []


def test_a_credit_note_over_an_issued_invoice_makes_a_red_letter_due() -> None:
    # given three invoiced hours of which one is credited
    market, blue, uses = make_invoiced()
    note = take_back(market, uses[0], place=0, month=NOVEMBER)
    (due,) = queries.red_letters_due(issuer_ids=[market.operator.pk])
    assert (due.blue_number, due.credit_note_number, due.net) == (
        blue.number,
        "2026-C-000001",
        PRICE,
    )
    # when its red letter is asked for
    red = reverse(blue, note=note, reason="02")
    # then a third of 7.29 = 6.88 + 0.41 is taken back: 2.29 and 0.14
    assert (blue.amount_fen, blue.tax_fen) == (688, 41)
    assert (red.amount_fen, red.tax_fen, red.total_fen) == (229, 14, 243)
    assert queries.red_letters_due(issuer_ids=[market.operator.pk]) == []
    # and it leaves with the number that it corrects, the reason, and below zero
    made = operations.export_einvoices(
        issuer_id=market.operator.pk, user_id=make_user().pk, now=NOW
    )
    (told,) = json.loads(made.content)["发票"]
    said = ("发票类型", "对应蓝字发票号码", "红字原因代码", "合计金额", "合计税额", "价税合计")
    assert [told[name] for name in said] == ["红字", blue.number, "02", "-2.29", "-0.14", "-2.43"]
    assert told["明细"][0]["金额"] == "-2.29"
    # and its number is stored; the bill stays invoiced by the blue one
    issued = answer(red, number="26112000000009999999", issued_on=told_day(), confirmation_no="H1")
    assert (issued.number, issued.confirmation_no) == ("26112000000009999999", "H1")
    assert queries.open_bills(tenant_id=blue.tenant_id) == []
    assert queries.einvoices_on(invoice_ids=[note.pk])[note.pk] == [issued]
    assert_every_law_holds()


def told_day():
    return datetime(2026, 11, 1, tzinfo=UTC).date()


def test_red_letters_of_all_parts_come_to_exactly_the_blue_one() -> None:
    market, blue, uses = make_invoiced()
    notes = [
        take_back(market, use, place=place, month=month)
        for place, (use, month) in enumerate(zip(uses[:2], (NOVEMBER, DECEMBER), strict=True))
    ]
    reds = [reverse(blue, note=note, reason="02") for note in notes]
    for red in reds:
        answer(red)
    rest = reverse(blue, reason="01")
    assert [red.total_fen for red in (*reds, rest)] == [243, 243, 243]
    assert sum(red.tax_fen for red in (*reds, rest)) == blue.tax_fen
    with pytest.raises(operations.UnableToReverse):
        reverse(blue, reason="01")
    assert_every_law_holds()


def test_a_wrong_invoice_is_undone_and_its_bill_invoiced_again() -> None:
    market, blue, _ = make_invoiced()
    red = reverse(blue, reason="01")
    assert red.total_fen == blue.total_fen
    bill = the_bill(market, "acme")
    with pytest.raises(operations.AlreadyInvoiced):
        make_request([bill])
    answer(red)
    again = make_request([bill])
    assert again.total_fen == blue.total_fen
    assert_every_law_holds()


def test_a_credit_note_has_one_red_letter() -> None:
    market, blue, uses = make_invoiced()
    note = take_back(market, uses[0], place=0, month=NOVEMBER)
    reverse(blue, note=note, reason="02")
    with pytest.raises(operations.AlreadyReversed):
        reverse(blue, note=note, reason="04")


def test_a_red_letter_that_is_refused_leaves_the_blue_one_whole() -> None:
    market, blue, uses = make_invoiced()
    note = take_back(market, uses[0], place=0, month=NOVEMBER)
    answer(reverse(blue, note=note, reason="03"), refusal="购方未确认")
    (counter,) = EInvoiceReversed.objects.filter(line__einvoice=blue)
    assert (counter.reversed_amount_fen, counter.reversed_tax_fen, counter.reversed_net) == (
        0,
        0,
        0,
    )
    assert [due.credit_note for due in queries.red_letters_due()] == [note.public_id]
    assert reverse(blue, note=note, reason="03").total_fen == 243
    assert_every_law_holds()


def test_more_than_is_left_cannot_be_taken_back() -> None:
    _, blue, _ = make_invoiced()
    with pytest.raises(IntegrityError, match="einvoice_reversed_within_the_line"):
        execute(
            "UPDATE einvoices_reversed SET reversed_amount_fen = amount_fen + 1 WHERE line_id = "
            "(SELECT id FROM einvoices_line WHERE einvoice_id = %(blue)s)",
            blue=blue.pk,
        )


def test_what_is_not_issued_has_no_red_letter_and_a_part_needs_its_credit_note() -> None:
    market = make_market(price_micro=PRICE)
    market.add_tenant("acme", paid_yuan=100)
    make_use(market, "acme")
    close(market, "acme", month=OCTOBER)
    set_item(market.operator)
    requested = make_request([the_bill(market, "acme")])
    with pytest.raises(operations.UnableToReverse):
        reverse(requested)
    blue = answer(requested)
    for reason in ("02", "09"):
        with pytest.raises(operations.UnableToReverse):
            reverse(blue, reason=reason)
    with pytest.raises(operations.UnableToReverse):
        reverse(blue, note=the_bill(market, "acme"), reason="02")


def test_the_rest_is_not_taken_back_while_another_red_letter_waits() -> None:
    # Given a red letter of a credit note that the bureau has not answered
    market, blue, uses = make_invoiced()
    note = take_back(market, uses[0], place=0, month=NOVEMBER)
    waiting = reverse(blue, note=note, reason="02")

    # When the rest is to be taken back as wrong
    with pytest.raises(operations.UnableToReverse, match="Another red letter"):
        reverse(blue, reason="01")

    # Then it is possible once that is refused, and takes back all of it
    answer(waiting, refusal="购方未确认")
    assert reverse(blue, reason="01").total_fen == 729
    assert_every_law_holds()
