"""Breakers of the laws about disputes about use."""

from __future__ import annotations

from tests.compute_billing.audit.breakers import Keys, breaks, do, drop_constraint, one

NOW = "timestamptz '2026-10-11'"


def a_dispute(*, state: str) -> int:
    """Write a dispute about a charged record of the world, with an answer that rejects it."""
    return int(
        one(
            "INSERT INTO disputes_usage_dispute (public_id, tenant_id, operator_id, source_id,"
            " external_id, usage_id, recorded_month, starts_at, ends_at, reason, words, state,"
            " opened_by_id, opened_at, due_on, gross_before, tenant_before, disputed_micro,"
            " escalation_words)"
            " SELECT gen_random_uuid(), u.tenant_id, c.operator_id, u.source_id, u.external_id,"
            " u.id, u.recorded_month, u.started_at, u.ended_at, 'other', '', %(state)s,"
            f" (SELECT min(id) FROM accounts_user), {NOW}, '2026-10-20', 0, 0, 0, ''"
            " FROM metering_usage_record u"
            " JOIN metering_usage_source s ON s.id = u.source_id"
            " JOIN catalogue_cluster k ON k.id = s.default_cluster_id"
            " JOIN catalogue_compute_centre c ON c.id = k.centre_id"
            " WHERE u.corrects_id IS NULL AND u.tenant_id > 0 ORDER BY u.id LIMIT 1 RETURNING id",
            state=state,
        )
    )


def an_answer(dispute_id: int, *, verdict: str, usage_id: int | None = None) -> None:
    """Let the second person answer it for the operator."""
    do(
        "INSERT INTO disputes_usage_dispute_answer (dispute_id, level, verdict, words,"
        " correction, correction_usage_id, granted_from, granted_until, opened_by_id,"
        " answered_by_id, answered_at)"
        " SELECT id, 'operator', %(verdict)s, '', '', %(usage_id)s,"
        " CASE WHEN %(usage_id)s::bigint IS NOT NULL THEN starts_at END,"
        " CASE WHEN %(usage_id)s::bigint IS NOT NULL THEN ends_at END, opened_by_id,"
        f" (SELECT max(id) FROM accounts_user), {NOW}"
        " FROM disputes_usage_dispute WHERE id = %(dispute_id)s",
        dispute_id=dispute_id,
        verdict=verdict,
        usage_id=usage_id,
    )


@breaks("four_eyes")
def a_dispute_is_answered_by_who_asked() -> list[Keys]:
    drop_constraint("disputes_usage_dispute_answer", "usage_dispute_answer_by_another")
    an_answer(a_dispute(state="rejected"), verdict="rejected")
    do("UPDATE disputes_usage_dispute_answer SET answered_by_id = opened_by_id")
    return [{"decision": "usage_dispute", "problem": "who asked answered"}]


@breaks("disputes_are_corrected_as_granted")
def a_grant_without_its_correction() -> list[Keys]:
    dispute = a_dispute(state="granted")
    an_answer(dispute, verdict="granted", usage_id=987_654_321)
    return [{"dispute_id": dispute, "problem": "its correction is not in the books"}]


@breaks("disputes_are_corrected_as_granted")
def a_settled_dispute_without_an_answer() -> list[Keys]:
    drop_constraint("disputes_usage_dispute", "usage_dispute_settled_with_amounts")
    dispute = a_dispute(state="settled")
    return [{"dispute_id": dispute, "problem": "settled without a grant"}]
