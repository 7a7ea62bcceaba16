"""Whose an account is: by the time of use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from compute_billing.catalogue import operations as catalogue
from compute_billing.metering import operations as metering
from compute_billing.metering.models import SourceAccountMapping, UsageRecord
from tests.builders.usage import Reporter, make_reporter, statuses, use

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def reporter() -> Reporter:
    return make_reporter(accounts=())


def owners(reporter: Reporter) -> dict[str, str]:
    accounts = {tenant.pk: account for account, tenant in reporter.tenants.items()}
    found = UsageRecord.objects.values_list("external_id", "tenant_id")
    return {external_id: accounts[tenant_id] for external_id, tenant_id in found}


def test_an_account_is_its_tenants_from_an_instant_up_to_another(reporter: Reporter) -> None:
    first = reporter.add_tenant("shared", valid_until=START + timedelta(hours=5))
    reporter.tenants["first"] = first
    second = reporter.add_tenant(
        "shared",
        valid_from=START + timedelta(hours=5),
        valid_until=START + timedelta(hours=8),
    )
    reporter.tenants = {"first": first, "second": second}

    outcome = reporter.send(
        use("before", 4, 4.5, account="shared"),
        use("across", 4.9, 6, account="shared"),  # a job is its tenant's by its start
        use("at", 5, 6, account="shared"),
        use("last", 7.999, 9, account="shared"),
        use("after", 8, 9, account="shared"),
    )

    assert statuses(outcome) == ["unknown_account"]
    assert owners(reporter) == {
        "before": "first",
        "across": "first",
        "at": "second",
        "last": "second",
    }


def test_bounds_finer_than_a_millisecond_are_kept(reporter: Reporter) -> None:
    border = START + timedelta(hours=5, microseconds=1)
    reporter.tenants["first"] = reporter.add_tenant("shared", valid_until=border)
    reporter.tenants["second"] = reporter.add_tenant("shared", valid_from=border)
    del reporter.tenants["shared"]
    reporter.send(use("at", 5, 6, account="shared"), use("later", 6, 7, account="shared"))
    assert owners(reporter) == {"at": "first", "later": "second"}


def test_an_account_has_one_tenant_at_a_time(reporter: Reporter) -> None:
    reporter.add_tenant("shared")
    with pytest.raises(metering.UnableToMapAccount):
        reporter.add_tenant("shared", valid_from=START)


def test_a_mapping_is_ended_before_the_next_begins(reporter: Reporter) -> None:
    reporter.tenants["first"] = reporter.add_tenant("shared")
    metering.end_mapping(source_id=reporter.source.pk, account="shared", at=START)
    assert statuses(reporter.send(use("a", 0, 1, account="shared"))) == ["unknown_account"]
    reporter.tenants["second"] = reporter.add_tenant("shared", valid_from=START)
    del reporter.tenants["shared"]
    assert reporter.retry().accepted == 1
    assert owners(reporter) == {"a": "second"}


def test_a_mapping_that_ends_where_it_begins_is_gone(reporter: Reporter) -> None:
    reporter.add_tenant("shared", valid_from=START)
    metering.end_mapping(source_id=reporter.source.pk, account="shared", at=START)
    assert SourceAccountMapping.objects.count() == 0


def test_only_a_mapping_that_holds_can_be_ended(reporter: Reporter) -> None:
    reporter.add_tenant("shared", valid_from=START)
    with pytest.raises(metering.UnableToEndMapping):
        metering.end_mapping(
            source_id=reporter.source.pk, account="shared", at=START - timedelta(seconds=1)
        )


def test_accounts_of_another_source_are_others(reporter: Reporter) -> None:
    make_reporter(accounts=("acme",))
    assert statuses(reporter.send(use("a", 0, 1))) == ["unknown_account"]


def test_a_source_speaks_of_its_own_operators_clusters_only(reporter: Reporter) -> None:
    reporter.add_tenant("acme")
    other = make_reporter()
    own = catalogue.add_cluster(
        centre_id=reporter.source.default_cluster.centre_id,
        code="own-annex",
        name="annex",
        milli_cards=None,
    )
    outcome = reporter.send(
        use("a", 0, 1, cluster=own.code),
        use("b", 0, 1, cluster=other.source.default_cluster.code),
    )
    assert statuses(outcome) == ["unknown_cluster"]
    assert UsageRecord.objects.get().cluster_id == own.pk


def test_the_mappings_project_holds_where_the_record_names_none(reporter: Reporter) -> None:
    from compute_billing.contracts import operations as contracts

    tenant = reporter.add_tenant("other")
    mapped = contracts.add_project(tenant_id=tenant.pk, code="mapped", name="mapped")
    named = contracts.add_project(tenant_id=tenant.pk, code="named", name="named")
    metering.map_account(
        source_id=reporter.source.pk, account="acme", tenant_id=tenant.pk, project_id=mapped.pk
    )
    reporter.send(use("a", 0, 1), use("b", 0, 1, project="named"))
    projects = dict(UsageRecord.objects.values_list("external_id", "project_id"))
    assert projects == {"a": mapped.pk, "b": named.pk}
