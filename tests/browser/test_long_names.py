"""The page of an e-invoice with the longest names that fit its columns: nothing is too wide."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.conf import settings
from playwright.sync_api import Browser

from accounts.permissions import Role
from compute_billing.einvoices.models import NAME_LENGTH_MAX
from compute_billing.invoices import operations as invoices
from tests import services
from tests.browser.walking import assert_fits, fresh_chromium
from tests.builders.accounts import make_member
from tests.builders.einvoices import make_issued, make_title, set_item
from tests.builders.invoices import OCTOBER, make_use, the_bill
from tests.builders.market import NOW, make_market
from tests.builders.sessions import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# One word as long as a name may be, without a place to break: the worst that a column meets.
LONGEST = "Maximilianstrassenrechenzentrum" * 7
CHINESE = "北京市京西智谷人工智能算力运营服务有限责任公司" * 9


@pytest.fixture
def bought(transactional_db) -> tuple[UUID, str]:
    """Return an issued e-invoice with the longest title and remarks, and its buyer's session."""
    services.empty_cache()
    market = make_market()
    tenant = market.add_tenant("acme", paid_yuan=100)
    type(tenant).objects.filter(pk=tenant.pk).update(name=LONGEST[:NAME_LENGTH_MAX])
    type(tenant).objects.filter(pk=market.operator.pk).update(name=CHINESE[:NAME_LENGTH_MAX])
    make_use(market, "acme")
    invoices.close_tenant_month(tenant_id=tenant.pk, month=OCTOBER, now=NOW)
    set_item(market.operator)
    title = make_title(
        tenant,
        name=LONGEST[:NAME_LENGTH_MAX],
        address="街" * 200,
        bank="B" * 100,
        bank_account="9" * 64,
        email=f"{'a' * 60}@{'b' * 60}.example.com",
    )
    made = make_issued([the_bill(market, "acme")], title=title, remarks="R" * 100)
    client = signed_in(make_member(organisation=tenant, role=Role.OWNER))
    return made.public_id, client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def shared_chromium(bought) -> Iterator[Browser]:
    """Run a browser once its world exists: it shares the test's thread."""
    yield from fresh_chromium()


def test_the_longest_names_stay_within_the_screen(bought, shared_chromium, live_server) -> None:
    einvoice, session = bought
    for width in (360, 1440):
        context = shared_chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 844}
        )
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
        context.add_cookies([cookie])
        page = context.new_page()
        for address in ("/invoices", f"/invoices/{einvoice}"):
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            assert_fits(page, width=width)
        context.close()
