"""Projects and compute contracts."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from compute_billing.contracts import operations, queries
from compute_billing.contracts.models import ComputeContract
from tests.builders.accounts import make_organisation

pytestmark = pytest.mark.django_db


def sign(**overrides):
    values = {
        "contract_no": "JX-2026-001",
        "signed_on": date(2026, 9, 1),
        "starts_on": date(2026, 10, 1),
        "ends_on": date(2027, 10, 1),
        "amount_micro": 1_200_000_000_000,
    }
    parties = {key: make_organisation().pk for key in ("tenant_id", "provider_id")}
    return operations.sign_compute_contract(**{**parties, **values, **overrides})


def test_a_tenant_names_its_projects():
    tenant, other = make_organisation(), make_organisation()
    vision = operations.add_project(tenant_id=tenant.pk, code="vision", name="Vision")
    operations.add_project(tenant_id=tenant.pk, code="speech", name="Speech")
    operations.add_project(tenant_id=other.pk, code="vision", name="Vision")
    listed = queries.project_page(tenant_id=tenant.pk, after=None, limit=10)
    assert [project.code for project in listed] == ["speech", "vision"]
    assert queries.project_by_code(tenant_id=tenant.pk, code="vision") == vision
    assert queries.project_by_code(tenant_id=tenant.pk, code="text") is None


def test_a_project_code_is_taken_once_per_tenant():
    tenant = make_organisation()
    operations.add_project(tenant_id=tenant.pk, code="vision", name="Vision")
    with pytest.raises(operations.UnableToAddProject):
        operations.add_project(tenant_id=tenant.pk, code="vision", name="Again")
    listed = queries.project_page(tenant_id=tenant.pk, after=None, limit=10)
    assert [project.name for project in listed] == ["Vision"]


def test_a_contract_is_filed_with_its_terms():
    contract = sign()
    assert queries.compute_contracts_of(tenant_id=contract.tenant_id) == [contract]
    assert contract.public_id.version == 7


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"contract_no": "JX-2026-000"}, "contract_no"),
        ({"ends_on": date(2026, 10, 1)}, "ends_on"),
        ({"amount_micro": -1}, "ends_on"),
    ],
)
def test_a_contract_out_of_order_is_refused(change, field):
    sign(contract_no="JX-2026-000")
    with pytest.raises(operations.UnableToSignComputeContract) as refusal:
        sign(**change)
    assert refusal.value.details["field"] == field
    assert ComputeContract.objects.count() == 1


def test_a_contract_has_two_parties():
    one = make_organisation().pk
    with pytest.raises(operations.UnableToSignComputeContract) as refusal:
        sign(tenant_id=one, provider_id=one)
    assert refusal.value.details["field"] == "provider_id"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("provider_id = tenant_id", "compute_contract_between_two_parties"),
        ("ends_on = starts_on", "compute_contract_dates_in_order"),
    ],
)
def test_raw_sql_is_refused_as_well(change, constraint):
    sign()
    with (
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE contracts_compute_contract SET {change}")
