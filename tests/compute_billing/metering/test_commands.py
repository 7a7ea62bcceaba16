"""map_account, retry_rejected and ingest_usage as scripts see them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from compute_billing.contracts import operations as contracts
from compute_billing.metering.models import UsageImport, UsageRecord
from tests.builders.accounts import make_organisation
from tests.builders.metering import csv_text
from tests.builders.usage import Reporter, make_reporter, use

pytestmark = pytest.mark.django_db

NONE = {"accepted": 0, "duplicate": 0, "conflict": 0, "rejected": 0, "reasons": {}}


@pytest.fixture
def reporter() -> Reporter:
    return make_reporter(accounts=())


def told(capsys: Any, *arguments: str) -> Any:
    capsys.readouterr()
    call_command(*arguments, "--json", "--now", "2026-11-20T04:00:00Z")
    return json.loads(capsys.readouterr().out)


def test_mapping_an_account_tries_its_use_again(reporter: Reporter, capsys: Any) -> None:
    reporter.send(use("a", 0, 1), use("b", 0, 1, account="other"))
    tenant = make_organisation(code="acme-ltd")
    project = contracts.add_project(tenant_id=tenant.pk, code="llm", name="LLM")
    source = reporter.source.code

    document = told(
        capsys, "map_account", "acme", "acme-ltd", "--source", source, "--project", "llm",
        "--from", "2026-11-01T08:00:00+08:00",
    )  # fmt: skip

    assert document == {
        "account": "acme",
        "retried": {**NONE, "accepted": 1, "rejected": 1, "reasons": {"unknown_account": 1}},
    }
    record = UsageRecord.objects.get()
    assert (record.tenant_id, record.project_id) == (tenant.pk, project.pk)


def test_ending_a_mapping(reporter: Reporter, capsys: Any) -> None:
    reporter.add_tenant("acme")
    end = ("map_account", "acme", "--source", reporter.source.code, "--end-at")
    told(capsys, *end, "2026-11-01T00:00:00Z")
    assert reporter.send(use("a", 0, 1)).rejected == 1
    with pytest.raises(CommandError, match="account_not_mapped"):
        call_command(*end, "2026-11-02T00:00:00Z")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("acme",), "Name a tenant"),
        (("acme", "x", "--end-at", "2026-11-01T00:00:00Z"), "Name a tenant"),
        (("acme", "nobody"), "organisation_not_found"),
        (("acme", "acme-ltd", "--project", "none"), "has no project"),
        (("acme", "acme-ltd", "--from", "yesterday"), "is not an instant"),
        (("acme", "acme-ltd", "--from", "2026-13-01T00:00:00Z"), "is not an instant"),
    ],
)
def test_what_cannot_be_mapped(
    reporter: Reporter, arguments: tuple[str, ...], message: str
) -> None:
    make_organisation(code="acme-ltd")
    with pytest.raises(CommandError, match=message):
        call_command("map_account", *arguments, "--source", reporter.source.code)


def test_retrying_one_source_or_all(reporter: Reporter, capsys: Any) -> None:
    other = make_reporter(accounts=())
    for each in (reporter, other):
        each.send(use("a", 0, 1))
        each.add_tenant("acme")

    document = told(capsys, "retry_rejected", "--source", other.source.code)
    assert document == {**NONE, "accepted": 1}
    assert told(capsys, "retry_rejected") == {**NONE, "accepted": 1}
    assert told(capsys, "retry_rejected") == NONE


def test_a_file_that_is_not_there_leaves_no_delivery(reporter: Reporter, tmp_path: Path) -> None:
    before = UsageImport.objects.count()
    arguments = ("--source", reporter.source.code, "--format", "csv")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("ingest_usage", str(tmp_path / "missing.csv"), *arguments)
    assert UsageImport.objects.count() == before


def test_an_unknown_source_is_told(tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_text(csv_text({}))
    with pytest.raises(CommandError, match="unknown_source"):
        call_command("ingest_usage", str(path), "--source", "nobody", "--format", "csv")


def test_names_that_cannot_be_codes_are_left_to_a_person(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "usage.csv"
    path.write_text(
        csv_text({}, {"job_id": "b", "tenant": "t" * 100}, {"job_id": "c", "card_type": "c" * 100})
    )
    document = told(
        capsys, "ingest_usage", str(path), "--source", "new", "--format", "csv", "--create-tenants"
    )
    reasons = {"unknown_account": 1, "unknown_card_type": 1}
    assert document == {**NONE, "accepted": 1, "rejected": 2, "reasons": reasons}
