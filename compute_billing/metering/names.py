"""What the words of a report mean: whose account, which cluster, which meter, which project.

An account belongs to a tenant by the time of use: a job is its tenant's by the time it started.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from compute_billing.metering.candidates import Candidate, content_hash
from compute_billing.metering.context import ROOM
from compute_billing.metering.formats.record import ParsedRecord
from compute_billing.metering.models import UsageSource
from kernel.sql import rows, statement


class Owner(NamedTuple):
    """Whose an account is for use that starts in [from_ms, until_ms)."""

    from_ms: int
    until_ms: int
    tenant_id: int
    project_id: int | None


class Meaning(NamedTuple):
    """What account, cluster and card type of a record are to us."""

    owners: Sequence[Owner]
    cluster_id: int | None
    meter_id: int | None


class Names:
    """The words of one run of records, looked up in a few questions."""

    def __init__(self, records: Iterable[ParsedRecord], *, source: UsageSource) -> None:
        """Look up every account, cluster, card type and project that the records name.

        `first_ms` is where the first billing month begins.
        """
        words = {(r.account, r.cluster, r.card_type, r.project) for r in records}
        self.first_ms = _first_ms()
        self._default_cluster_id = source.default_cluster_id
        self._default_meter = source.default_card_type
        self._owners = _owners(source.pk, {account for account, *_ in words})
        self._clusters = _clusters(source.default_cluster_id, {cluster for _, cluster, *_ in words})
        self._meters = _meters({card_type or self._default_meter for _, _, card_type, _ in words})
        self._projects = _projects({project for *_, project in words})
        self._meanings = {word: self._meaning(*word) for word in words}

    def _meaning(self, account: str, cluster: str, card_type: str, _project: str) -> Meaning:
        return Meaning(
            owners=self._owners.get(account, ()),
            cluster_id=self._clusters.get(cluster) if cluster else self._default_cluster_id,
            meter_id=self._meters.get(card_type or self._default_meter),
        )

    def meaning(self, record: ParsedRecord) -> Meaning:
        """Return what the record's words mean; None where a word means nothing."""
        return self._meanings[record.account, record.cluster, record.card_type, record.project]

    def project_id(self, *, tenant_id: int, code: str) -> int | None:
        """Return the tenant's project of that code."""
        return self._projects.get((tenant_id, code))

    def candidate(self, record: ParsedRecord) -> Candidate | str:
        """Return the record with our keys, or the reason why one of its words means nothing."""
        owners, cluster_id, meter_id = self.meaning(record)
        owner = _owner_at(owners, record.started_ms)
        if owner is None:
            return "unknown_account"
        if cluster_id is None:
            return "unknown_cluster"
        if meter_id is None:
            return "unknown_card_type"
        project_id = owner.project_id
        if record.project:
            project_id = self._projects.get((owner.tenant_id, record.project))
            if project_id is None:
                return "unknown_project"
        return Candidate(
            record,
            owner.tenant_id,
            project_id,
            cluster_id,
            meter_id,
            content_hash(record, cluster_id=cluster_id, meter_id=meter_id),
            record.licence_ref,
        )


def _first_ms() -> int:
    return int(rows(statement(ROOM, "first_instant.sql"))[0]["first_ms"])


def _owner_at(owners: Sequence[Owner], started_ms: int) -> Owner | None:
    for owner in owners:
        if owner.from_ms <= started_ms < owner.until_ms:
            return owner
    return None


def _owners(source_id: int, accounts: set[str]) -> dict[str, list[Owner]]:
    found = rows(statement(ROOM, "owners.sql"), source_id=source_id, accounts=sorted(accounts))
    owners: dict[str, list[Owner]] = {}
    for mapping in found:
        account = mapping.pop("account")
        owners.setdefault(account, []).append(Owner(**mapping))
    return owners


def _clusters(default_cluster_id: int, codes: set[str]) -> dict[str, int]:
    if codes == {""}:
        return {}
    parameters = {"default_cluster_id": default_cluster_id, "codes": sorted(codes)}
    found = rows(statement(ROOM, "clusters.sql"), **parameters)
    return {cluster["code"]: cluster["id"] for cluster in found}


def _meters(codes: set[str]) -> dict[str, int]:
    found = rows(statement(ROOM, "meters.sql"), codes=sorted(codes))
    return {meter["code"]: meter["id"] for meter in found}


def _projects(codes: set[str]) -> dict[tuple[int, str], int]:
    if codes == {""}:
        return {}
    found = rows(statement(ROOM, "projects.sql"), codes=sorted(codes))
    return {(project["tenant_id"], project["code"]): project["id"] for project in found}
