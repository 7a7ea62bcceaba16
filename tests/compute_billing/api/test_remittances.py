"""The API of transfers by bank: where to pay, and the code that credits a transfer by itself."""

from __future__ import annotations

import pytest

from accounts.models import OrganisationKind
from accounts.permissions import Scope
from compute_billing.bank.remittance import codes_in
from tests.builders.accounts import make_organisation
from tests.builders.bank import code_of, make_account
from tests.compute_billing.api.reading import client_of, read

pytestmark = pytest.mark.django_db


def test_the_code_is_made_once_and_told_ever_after() -> None:
    # given an operator that takes transfers, and a tenant without a code
    operator = make_organisation(kind=OrganisationKind.OPERATOR)
    account = make_account(operator)
    tenant = make_organisation()
    client = client_of(tenant)
    (before,) = read(client, "remittances")["data"]
    assert before["remittance_code"] is None
    assert (before["operator"], before["account_number"]) == (operator.code, account.number)
    # when it asks for one twice
    answers = [client.put(f"/api/v1/remittances/{operator.code}") for _ in range(2)]
    # then both answers tell the same valid code, which is the one in the books
    assert {answer.status_code for answer in answers} == {200}
    (code,) = {answer.json()["data"][0]["remittance_code"] for answer in answers}
    assert codes_in(code) == (code,)
    assert code == code_of(tenant, operator)
    assert read(client, "remittances")["data"][0]["remittance_code"] == code
    # and nobody else is told it
    assert read(client_of(make_organisation()), "remittances")["data"][0]["remittance_code"] is None


def test_who_takes_no_transfers_has_no_code() -> None:
    operator = make_organisation(kind=OrganisationKind.OPERATOR)
    make_account(operator)
    without_account = make_organisation(kind=OrganisationKind.OPERATOR)
    for tenant, named in (
        (make_organisation(), without_account.code),
        (make_organisation(), "nobody"),
        (operator, operator.code),
    ):
        answer = client_of(tenant).put(f"/api/v1/remittances/{named}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_key_that_only_reads_makes_no_code() -> None:
    operator = make_organisation(kind=OrganisationKind.OPERATOR)
    make_account(operator)
    client = client_of(make_organisation(), Scope.BILLING_READ)
    assert client.put(f"/api/v1/remittances/{operator.code}").status_code == 403
    assert read(client, "remittances")["data"][0]["remittance_code"] is None
