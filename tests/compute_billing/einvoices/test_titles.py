"""The title book: checked codes, versions, one default."""

from __future__ import annotations

import pytest

from accounts.uscc import MalformedUscc
from compute_billing.einvoices import operations, queries
from compute_billing.einvoices.models import InvoiceTitleVersion
from kernel.audit import Actor
from tests.builders.accounts import NOW, make_organisation
from tests.builders.einvoices import make_title
from tests.builders.verification import make_uscc

pytestmark = pytest.mark.django_db

BY = {"actor": Actor.system(), "now": NOW}


def test_the_first_title_is_the_default_until_another_is() -> None:
    tenant = make_organisation()
    first, second = make_title(tenant, name="一"), make_title(tenant, name="二")
    assert [title.name for title in queries.titles_of(tenant_id=tenant.pk)] == ["一", "二"]
    operations.make_default(tenant_id=tenant.pk, title_id=second.public_id, **BY)
    found = queries.titles_of(tenant_id=tenant.pk)
    assert [(title.name, title.is_default) for title in found] == [("二", True), ("一", False)]
    operations.retire_title(tenant_id=tenant.pk, title_id=second.public_id, **BY)
    found = queries.titles_of(tenant_id=tenant.pk)
    assert [(title.name, title.is_default) for title in found] == [("一", False)]
    assert found[0].public_id == first.public_id


def test_a_change_is_a_version_and_no_change_is_none() -> None:
    tenant = make_organisation()
    title = make_title(tenant, name="旧名", uscc="")
    for name in ("新名", "新名"):
        operations.change_title(
            tenant_id=tenant.pk,
            title_id=title.public_id,
            said=operations.TitleSaid(name=name),
            **BY,
        )
    found = InvoiceTitleVersion.objects.filter(title=title).order_by("version")
    assert list(found.values_list("version", "name")) == [(1, "旧名"), (2, "新名")]


def test_a_wrong_code_and_a_missing_name_are_refused() -> None:
    tenant = make_organisation()
    code = make_uscc()
    wrong = code[:-1] + ("1" if code[-1] != "1" else "2")
    with pytest.raises(MalformedUscc):
        make_title(tenant, uscc=wrong)
    with pytest.raises(operations.UnableToKeepTitle):
        make_title(tenant, name=" ")
    assert make_title(tenant, uscc=code.lower()).versions.get().uscc == code


def test_somebody_elses_title_is_unknown() -> None:
    title = make_title(make_organisation())
    stranger = make_organisation()
    for act in (operations.make_default, operations.retire_title):
        with pytest.raises(operations.UnknownTitle):
            act(tenant_id=stranger.pk, title_id=title.public_id, **BY)
    with pytest.raises(queries.UnknownTitle):
        queries.title_of(tenant_id=stranger.pk, public_id=title.public_id)


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+SUM(1)", "-1", "@SUM(1)"])
def test_a_title_that_a_spreadsheet_would_run_is_refused(name: str) -> None:
    with pytest.raises(operations.UnableToKeepTitle, match="formula"):
        make_title(make_organisation(), name=name)


def test_a_phone_number_may_name_its_country() -> None:
    assert make_title(make_organisation(), phone="+86 10-6980 0001").versions.get().phone == (
        "+86 10-6980 0001"
    )
