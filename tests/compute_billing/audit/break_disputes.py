"""Breakers of the laws about disputes about use."""

from __future__ import annotations

from tests.compute_billing.audit.breakers import Keys, breaks, do, drop_constraint, join_with, one

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


def an_answer(dispute_id: int, *, verdict: str) -> int:
    """Let the newest person answer it for the operator."""
    return int(
        one(
            "INSERT INTO disputes_usage_dispute_answer (dispute_id, level, verdict, words,"
            " opened_by_id, first_level, answered_by_id, answered_at)"
            " SELECT id, 'operator', %(verdict)s, '', opened_by_id, '',"
            f" (SELECT max(id) FROM accounts_user), {NOW}"
            " FROM disputes_usage_dispute WHERE id = %(dispute_id)s RETURNING id",
            dispute_id=dispute_id,
            verdict=verdict,
        )
    )


def a_grant(answer_id: int, *, usage_id: int) -> None:
    """Say that all of it is taken back by a record."""
    do(
        "INSERT INTO disputes_usage_dispute_grant (answer_id, position, granted_from,"
        " granted_until, correction, correction_usage_id)"
        " SELECT a.id, 1, d.starts_at, d.ends_at, '', %(usage_id)s"
        " FROM disputes_usage_dispute_answer a"
        " JOIN disputes_usage_dispute d ON d.id = a.dispute_id WHERE a.id = %(answer_id)s",
        answer_id=answer_id,
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
    a_grant(an_answer(dispute, verdict="granted"), usage_id=987_654_321)
    return [{"dispute_id": dispute, "problem": "its correction is not in the books"}]


@breaks("disputes_are_corrected_as_granted")
def a_granting_answer_that_grants_nothing() -> list[Keys]:
    dispute = a_dispute(state="rejected")
    an_answer(dispute, verdict="partly")
    return [{"dispute_id": dispute, "problem": "partly without a grant"}]


@breaks("disputes_are_corrected_as_granted")
def a_settled_dispute_without_an_answer() -> list[Keys]:
    drop_constraint("disputes_usage_dispute", "usage_dispute_settled_with_amounts")
    dispute = a_dispute(state="settled")
    return [{"dispute_id": dispute, "problem": "settled without a grant"}]


@breaks("four_eyes")
def a_dispute_is_answered_by_a_member_of_who_asked() -> list[Keys]:
    answer = an_answer(a_dispute(state="rejected"), verdict="rejected")
    join_with(
        "SELECT a.answered_by_id AS user_id, d.tenant_id AS organisation_id "
        "FROM disputes_usage_dispute_answer a "
        "JOIN disputes_usage_dispute d ON d.id = a.dispute_id WHERE a.id = %(id)s",
        id=answer,
    )
    return [{"decision": "usage_dispute", "problem": "a member of who asked answered"}]


@breaks("four_eyes")
def a_dispute_is_answered_by_who_took_it_to_the_house() -> list[Keys]:
    dispute = a_dispute(state="rejected")
    do(
        "UPDATE disputes_usage_dispute_answer SET level = 'house', first_level = 'operator',"
        " first_by_id = opened_by_id WHERE id = %(id)s",
        id=an_answer(dispute, verdict="rejected"),
    )
    do(
        f"UPDATE disputes_usage_dispute SET state = 'upheld', escalated_at = {NOW},"
        " escalated_by_id = (SELECT max(id) FROM accounts_user) WHERE id = %(id)s",
        id=dispute,
    )
    return [{"decision": "usage_dispute", "problem": "who took it to the house answered"}]
