"""Which programmes a firm could use: its page, the arithmetic behind it, and the files."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from accounts.models import Organisation
from accounts.permissions import Role, Staff
from compute_billing.contracts.operations import sign_compute_contract
from compute_billing.rating.operations import rate_all
from kernel.clock import utc_now
from portal.programmes.prospect_pages import in_days
from tests.builders.accounts import make_member, make_staff
from tests.builders.invoices import make_use
from tests.builders.market import make_market
from tests.builders.programmes import make_active
from tests.builders.sessions import signed_in
from tests.builders.subsidy_documents import activated

pytestmark = pytest.mark.django_db
YUAN = 1_000_000


@pytest.fixture
def firm() -> Organisation:
    """Make a firm with a contract that used 24.30 yuan yesterday and paid them."""
    market = make_market()
    tenant = market.add_tenant("acme", paid_yuan=9_000)
    yesterday = utc_now() - timedelta(days=1)
    sign_compute_contract(
        contract_no="HT-1",
        tenant_id=tenant.pk,
        provider_id=market.operator.pk,
        signed_on=date(2025, 1, 1),
        starts_on=date(2025, 1, 1),
        ends_on=date(2099, 1, 1),
        amount_micro=100_000 * YUAN,
    )
    make_use(market, "acme", start=yesterday, milli_cards=10_000, now=utc_now())
    rate_all(now=utc_now(), limit=9)
    make_active(activated("etown-2024"))
    return tenant


def client_of(firm: Organisation, role: Role = Role.FINANCE) -> Client:
    return signed_in(make_member(organisation=firm, role=role))


def lines(client: Client, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()


def test_a_firm_sees_what_a_programme_would_bring(firm):
    # 30 % of 24.30, in whole yuan
    shown = client_of(firm).get("/subsidies").content.decode()

    assert "北京经开区算力使用补贴" in shown
    assert "HT-1" in shown
    assert "24.30" in shown
    assert "7.00" in shown


def test_the_file_says_the_same(firm):
    [_, line] = lines(client_of(firm), "/subsidies?file=csv")

    assert line.startswith("etown-2024,1,HT-1,")
    assert "7.000000,false,7.000000" in line
    assert "subject.lists.etown-registered; decision.score" in line


def test_every_condition_and_number_is_shown(firm):
    client = client_of(firm)

    shown = client.get("/subsidies/etown-2024").content.decode()

    assert "经评审，按实际结算的算力费用的30%" in shown
    assert "评审得分" in shown
    steps = lines(client, "/subsidies/etown-2024?table=steps&file=csv")
    assert [line.split(",")[1:3] for line in steps[1:4]] == [
        ["basis", "24.300000"],
        ["rate:flat", "7.290000"],
        ["rounded", "7.000000"],
    ]
    conditions = lines(client, "/subsidies/etown-2024?table=conditions&file=csv")
    assert conditions[1].startswith("HT-1,in_force,holds")


@pytest.mark.parametrize(
    "path",
    ["/subsidies/atlantis", "/subsidies/etown-2024?table=none&file=csv", "/subsidies?tenant=x"],
)
def test_what_is_not_there_is_not_found(firm, path):
    assert client_of(firm).get(path).status_code == 404


def test_officers_choose_a_tenant(firm):
    officer = signed_in(make_staff(role=Staff.SUBSIDY_OFFICER))

    assert "HT-1" not in officer.get("/subsidies").content.decode()
    assert "HT-1" in officer.get(f"/subsidies?tenant={firm.code}").content.decode()


def test_nobody_else_sees_it(firm):
    other = client_of(make_market().add_tenant("other"))

    assert other.get(f"/subsidies?tenant={firm.code}").status_code == 404
    assert "HT-1" not in other.get("/subsidies").content.decode()


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("[2023-10-01, 2026-01-01)", "2023-10-01 – 2025-12-31"),
        ("[2025-03-01, )", "2025-03-01 –"),
        ("[, 2026-03-01)", "– 2026-02-28"),
        (
            "[2024-01-01, 2024-02-01), [2025-01-01, 2025-02-01)",
            "2024-01-01 – 2024-01-31, 2025-01-01 – 2025-01-31",
        ),
        ("910B2", "910B2"),
    ],
)
def test_a_period_is_told_with_its_last_day(told: str, shown: str) -> None:
    assert in_days(told) == shown
