"""The operator's desk: sources, rejects that are mended and tried again, conflicts decided."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.permissions import Staff
from compute_billing.metering import operations as metering
from compute_billing.metering.models import RetryRun, SourceAccountMapping, UsageConflict
from kernel.models import AuditEntry
from tests.builders.accounts import make_organisation, make_staff
from tests.builders.market import NOW, Market, make_market
from tests.builders.sessions import signed_in

pytestmark = pytest.mark.django_db

QUERIES_MAX = {
    "/operator/sources": 7,
    "/operator/deliveries": 8,
    "/operator/rejects": 9,
    "/operator/conflicts": 8,
}
CELL = re.compile(r'data-figure="(\w+)"[^>]*>(.*?)</td>', re.DOTALL)


def operator() -> Client:
    return signed_in(make_staff(role=Staff.OPERATOR))


def read(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, path
    return answer.content.decode()


def figures(page: str) -> dict[str, str]:
    """Return the figures of the last row of a page, without marks."""
    return {name: re.sub(r"<[^>]+>|,|\s", "", cell) for name, cell in CELL.findall(page)}


def make_troubled_market() -> Market:
    """Report a charged job, the same job otherwise, and three of accounts that nobody has."""
    market = make_market()
    market.add_tenant("rich", paid_yuan=100)
    market.report({"account": "rich", "external_id": "job", "payload": "job,rich,2"})
    market.rate()
    market.report(
        {"account": "rich", "external_id": "job", "milli_cards": 4_000, "payload": "job,rich,4"},
        {"account": "lab-7", "external_id": "lost-1", "payload": "lost-1,lab-7,2"},
        {"account": "lab-7", "external_id": "lost-2", "payload": "lost-2,lab-7,2"},
        {"account": "lab-8", "external_id": "lost-3", "payload": "lost-3,lab-8,2"},
    )
    return market


def reject_address(page: str, external_id: str) -> str:
    """Return where a reject of the list leads."""
    row = re.search(rf'data-row="{external_id}".*?href="([^"]+)"', page, re.DOTALL)
    assert row is not None
    return row[1]


def test_sources_say_what_of_their_reports_waits():
    market = make_troubled_market()
    market.report({"account": "rich", "external_id": "new"})

    page = read(operator(), "/operator/sources")

    assert market.source.code in page
    assert figures(page) == {
        "silent": figures(page)["silent"],
        "waiting": "1",
        "parked": "0",
        "rejects": "3",
        "conflicts": "1",
    }


def test_deliveries_say_what_became_of_their_records():
    make_troubled_market()

    page = read(operator(), "/operator/deliveries")

    assert figures(page) == {"accepted": "1", "duplicate": "0", "conflict": "1", "rejected": "3"}


def test_finance_and_auditors_read_and_cannot_act():
    market = make_troubled_market()
    for role in (Staff.FINANCE, Staff.AUDITOR):
        client = signed_in(make_staff(role=role))

        page = read(client, "/operator/rejects")
        detail = read(client, reject_address(page, "lost-1"))

        assert 'type="checkbox"' not in page
        assert '<form method="post" action="/operator' not in detail
        assert client.post("/operator/retries", {"all": "1"}).status_code == 403
    assert not RetryRun.objects.filter(source=market.source).exists()


def test_rejects_are_filtered_and_say_how_to_mend_them():
    make_troubled_market()
    client = operator()

    everything = read(client, "/operator/rejects")
    of_account = read(client, "/operator/rejects", account="lab-8", reason="unknown_account")
    nothing = read(client, "/operator/rejects", account="none")
    detail = read(client, reject_address(everything, "lost-1"))

    assert everything.count('data-row="lost-') == 3
    assert of_account.count('data-row="lost-') == 1
    assert "没有符合筛选条件的拒收记录" in nothing
    assert "lost-1,lab-7,2" in detail
    assert "账号 lab-7 归属于谁？" in detail


def test_an_account_is_mapped_and_its_rejects_are_tried_again():
    market = make_troubled_market()
    tenant = make_organisation(code="new-lab")
    client = operator()
    address = reject_address(read(client, "/operator/rejects"), "lost-1")

    answer = client.post(
        f"{address}/account",
        {"tenant": tenant.code, "valid_from": "2026-11-01", "retry": "on"},
    )
    under_way = read(client, answer["Location"])
    fragment = client.get(answer["Location"], headers={"HX-Target": "progress"}).content.decode()
    while metering.work_on_retry(now=NOW):
        pass
    over = read(client, answer["Location"])

    mapping = SourceAccountMapping.objects.get(account="lab-7")
    assert mapping.valid.lower == datetime(2026, 10, 31, 16, tzinfo=UTC), "midnight in Beijing"
    assert AuditEntry.objects.filter(action="metering.map_account").count() == 1
    assert 'hx-trigger="every 2s"' in under_way
    assert "<html" not in fragment
    assert figures(over) == {
        "tried": "2/2",
        "accepted": "2",
        "duplicate": "0",
        "conflict": "0",
        "rejected": "0",
    }
    assert "hx-trigger" not in over
    assert market.rate() == 2
    assert read(client, "/operator/rejects").count('data-row="lost-') == 1


def test_what_was_typed_stays_where_an_account_cannot_be_mapped():
    market = make_troubled_market()
    client = operator()
    address = reject_address(read(client, "/operator/rejects"), "lost-1")
    tenant = market.tenants["rich"]
    typed = {"tenant": tenant.code, "valid_from": "2026-11-02", "valid_until": "2026-11-01"}

    backwards = client.post(f"{address}/account", typed)
    unknown = client.post(f"{address}/account", {"tenant": tenant.code, "project": "none"})
    nobody = client.post(f"{address}/account", {"tenant": "nobody"})

    assert [answer.status_code for answer in (backwards, unknown, nobody)] == [422] * 3
    assert 'value="2026-11-02"' in backwards.content.decode()
    assert "该租户没有此编号的项目" in unknown.content.decode()
    assert not SourceAccountMapping.objects.filter(account="lab-7").exists()


def test_chosen_rejects_or_all_of_a_filter_are_tried_again():
    make_troubled_market()
    client = operator()
    page = read(client, "/operator/rejects")
    choices = re.findall(r'name="reject" value="([^"]+)"', page)

    one = client.post("/operator/retries", {"reject": choices[:1]})
    filtered = client.post("/operator/retries", {"all": "1", "account": "lab-7"})
    none = client.post("/operator/retries", {})

    totals = [
        RetryRun.objects.get(public_id=answer["Location"].rpartition("/")[2]).total
        for answer in (one, filtered)
    ]
    assert totals == [1, 2]
    assert none["Location"].startswith("/operator/rejects")


def test_a_conflict_is_shown_side_by_side_and_decided():
    market = make_troubled_market()
    client = operator()
    listed = read(client, "/operator/conflicts")
    address = reject_address(listed, "job")

    page = read(client, address)
    silent = client.post(f"{address}/decision", {"decision": "corrected", "reason": ""})
    answer = client.post(
        f"{address}/decision", {"decision": "corrected", "reason": "four cards by the log"}
    )
    again = client.post(f"{address}/decision", {"decision": "kept", "reason": "no"}, follow=True)
    market.rate()

    differing = re.findall(r'<tr class="differs"><th scope="row">(.*?)</th>', page)
    assert differing == ["卡数", "卡时"]
    assert "job,rich,4" in page
    assert silent.status_code == 422
    assert "checked" in silent.content.decode()
    assert answer.status_code == 302
    assert "此冲突已有人裁定" in again.content.decode()
    assert UsageConflict.objects.get().resolution.decision == "corrected"
    assert sum(charge["gross"] for charge in market.charges("rich")) == 9_720_000
    assert "job" not in read(client, "/operator/conflicts").partition("<tbody")[2]
    assert "four cards by the log" in read(client, address)


@pytest.mark.parametrize(
    "path",
    [
        "/operator/rejects/019a4c1e-7b1f-7c55-8f8b-1d2f0a6f3c10/1",
        "/operator/retries/019a4c1e-7b1f-7c55-8f8b-1d2f0a6f3c10",
        "/operator/conflicts/none",
        "/operator/conflicts?state=odd",
        "/operator/rejects?cursor=x",
        "/operator/rejects?file=pdf",
        "/operator/deliveries?cursor=x",
    ],
)
def test_what_was_never_offered_is_not_found(path):
    assert operator().get(path).status_code == 404


@pytest.mark.parametrize("path", ["sources", "deliveries", "rejects", "conflicts"])
def test_every_table_is_sent_as_a_file(path):
    make_troubled_market()
    client = operator()

    text = client.get(f"/operator/{path}", {"file": "csv"}).getvalue().decode("utf-8-sig")
    sheet = client.get(f"/operator/{path}", {"file": "xlsx"}).getvalue()

    rows = list(csv.DictReader(StringIO(text)))
    assert len(rows) == {"sources": 1, "deliveries": 1, "rejects": 3, "conflicts": 1}[path]
    assert ZipFile(BytesIO(sheet)).testzip() is None


def test_pages_of_rejects_follow_one_another(monkeypatch):
    make_troubled_market()
    monkeypatch.setattr("portal.reject_views.PAGE_ROWS", 2)
    client = operator()

    first = read(client, "/operator/rejects")
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = read(client, f"/operator/rejects{following[1].replace('&amp;', '&')}")

    seen = re.findall(r'data-row="(lost-\d)"', first + second)
    assert sorted(seen) == ["lost-1", "lost-2", "lost-3"]


def test_without_trouble_pages_say_so():
    client = operator()

    assert "没有被拒收的记录" in read(client, "/operator/rejects")
    assert "这里没有冲突" in read(client, "/operator/conflicts")
    assert "尚无数据源" in read(client, "/operator/sources")


def test_pages_take_few_queries():
    make_troubled_market()
    client = operator()

    taken = {}
    for path in QUERIES_MAX:
        with CaptureQueriesContext(connection) as captured:
            read(client, path)
        taken[path] = len(captured)

    assert all(taken[path] <= most for path, most in QUERIES_MAX.items()), taken
