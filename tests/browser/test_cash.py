"""A day's difference in cash in a real browser: one person proposes, another has it booked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.permissions import Staff
from tests import services
from tests.browser.walking import assert_fits, follow, fresh_chromium
from tests.builders.accounts import NOW, PASSWORD, make_staff
from tests.builders.cash import a_difference
from tests.builders.ledger import make_operator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Language, width, and what stands on the buttons.
CHINESE = ("zh-hans", 360, "登录", "提交复核", "复核通过", "未决差异")
ENGLISH = ("en", 1440, "Sign in", "Propose", "Approve", "Open differences")


@pytest.fixture
def people(transactional_db, settings):
    services.empty_cache()
    settings.STAFF_NEED_SECOND_FACTOR = False
    make_operator()
    a_difference(now=NOW)
    return [make_staff(role=Staff.FINANCE) for _ in range(2)]


@pytest.fixture
def shared_chromium(people) -> Iterator[Browser]:
    """Run a browser once its people exist: it shares the test's thread."""
    yield from fresh_chromium()


@pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=lambda words: words[0])
def test_from_the_days_difference_to_the_books(people, quiet_page, live_server, words):
    language, width, sign_in, propose, approve, open_ones = words

    def enter(user) -> Page:
        page = quiet_page(base_url=live_server.url, viewport={"width": width, "height": 844})
        cookie = {"name": "django_language", "value": language, "url": live_server.url}
        page.context.add_cookies([cookie])
        page.goto("/login?next=/desk/cash")
        expect(page.locator("#id_login")).to_be_focused()
        page.locator("#id_login").fill(user.email)
        page.locator("#id_password").fill(PASSWORD)
        follow(page.get_by_role("button", name=sign_in, exact=True))
        assert_fits(page, width=width)
        return page

    # given a day on which Stripe kept three yuan that the books do not know
    first = enter(people[0])
    expect(first.locator("main")).to_contain_text(open_ones)
    follow(first.locator("a[href*='/differences/']").first)
    expect(first.locator("dd[data-figure=amount]")).to_contain_text("3.00")
    assert_fits(first, width=width)
    # when one proposes that it is a fee, and another approves
    first.locator("#id_booking-reason").fill("九月的月费")
    with first.expect_navigation():
        first.locator("form[action$='/proposal']").get_by_role("button", name=propose).click()
    assert first.url.rsplit("/", 1)[-1] != "proposal", first.locator(".errorlist").all_inner_texts()
    expect(first.get_by_role("button", name=approve)).to_have_count(0)
    second = enter(people[1])
    second.goto(first.url)
    follow(second.get_by_role("button", name=approve))
    # then it has ended, and says how
    first.reload()
    expect(first.locator("[data-ending]")).to_be_visible()
    expect(first.locator("main")).to_contain_text("九月的月费")
    assert_fits(first, width=width)
