"""The statement of an account on paper, for two accountants to compare."""

from __future__ import annotations

from datetime import date

import pypdfium2
import pytest

from compute_billing.receivables import documents
from tests.builders.invoices import close, make_use
from tests.builders.market import NOW, YUAN, Market
from tests.builders.receivables import CODE, on_credit, pay_in, tenant_of

pytestmark = pytest.mark.django_db


def printed(market: Market, language: str) -> bytes:
    return documents.account_document(
        tenant_id=tenant_of(market).pk,
        operator_id=market.operator.pk,
        since=date(2026, 10, 1),
        until=date(2026, 12, 31),
        language=language,
    ).content


def text_of(content: bytes) -> str:
    """Return the text of the only page, without line breaks."""
    (page,) = pypdfium2.PdfDocument(content)
    assert min(bytes(page.render(scale=1, grayscale=True).buffer)) < 100
    return " ".join(page.get_textpage().get_text_range().split())


def test_documents_and_money_stand_between_the_opening_and_the_closing() -> None:
    # Given a bill of use on credit, and a payment of it
    market = on_credit()
    make_use(market, CODE)
    close(market, CODE)
    pay_in(market, micro=1 * YUAN, reference="p-1", now=NOW)
    # When its account is printed in both languages
    zh, en = (text_of(printed(market, language)) for language in ("zh", "en"))
    # Then both sides, each entry and both balances stand on it
    for said in ("对账单", tenant_of(market).name, market.operator.name, "2026-000001"):
        assert said in zh, (said, zh)
    for said in ("Opening balance 0.000000", "payment", "bill", "Balance of the books"):
        assert said in en, (said, en)
    # And days that are over say the same to the byte
    assert printed(market, "zh") == printed(market, "zh")
