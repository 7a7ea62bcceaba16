SELECT *
FROM (
    SELECT 'award' AS decision, a.id, a.reference, CASE
            WHEN a.maker_id = a.approver_id THEN 'the maker approved'
            WHEN a.approver_organisation_id = a.tenant_id THEN 'the beneficiary approved'
            ELSE 'a member of the beneficiary approved' END AS problem
    FROM subsidies_award a
    WHERE a.maker_id = a.approver_id
        OR a.approver_organisation_id = a.tenant_id
        OR EXISTS (
            SELECT FROM accounts_membership m
            WHERE m.user_id = a.approver_id AND m.organisation_id = a.tenant_id
                AND m.created_at <= a.approved_at
                AND (m.ended_at IS NULL OR m.ended_at > a.approved_at))
    UNION ALL
    SELECT 'rerate', q.id, to_char(q.month, 'YYYY-MM'), CASE
            WHEN q.maker_id = q.approver_id THEN 'the maker approved'
            ELSE 'done without approval' END
    FROM rating_rerate_request q
    WHERE q.maker_id = q.approver_id
        OR (q.finished_at IS NOT NULL AND (q.approver_id IS NULL OR q.approved_at IS NULL))
    UNION ALL
    SELECT 'price', d.id, d.public_id::text, 'the maker approved'
    FROM catalogue_price_draft d
    JOIN catalogue_price_draft_decision e ON e.draft_id = d.id
    WHERE e.decision = 'approved' AND e.decider_id = d.maker_id
    UNION ALL
    SELECT 'programme', v.id, v.public_id::text, 'the maker activated'
    FROM programmes_version v
    JOIN programmes_version_decision e ON e.version_id = v.id
    WHERE e.decision = 'activated' AND e.decider_id = v.maker_id
    UNION ALL
    SELECT 'package_offer', d.id, d.public_id::text, 'the maker approved'
    FROM packages_offer_draft d
    JOIN packages_offer_decision e ON e.draft_id = d.id
    WHERE e.decision = 'approved' AND e.decider_id = d.maker_id
    UNION ALL
    SELECT 'bank_line', d.line_id, l.public_id::text, CASE
            WHEN d.approver_id = d.maker_id THEN 'the maker approved'
            WHEN d.maker_id IS NOT NULL AND d.approver_id IS NULL
                AND d.amount_fen >= d.two_from_fen THEN 'a large one without approval'
            ELSE 'a member of whose money it is decided' END
    FROM bank_decision d
    JOIN bank_line l ON l.id = d.line_id
    WHERE d.approver_id = d.maker_id
        OR (d.maker_id IS NOT NULL AND d.approver_id IS NULL AND d.amount_fen >= d.two_from_fen)
        OR EXISTS (
            SELECT FROM accounts_membership m
            WHERE m.user_id = coalesce(d.approver_id, d.maker_id)
                AND m.organisation_id = d.tenant_id AND m.created_at <= d.decided_at
                AND (m.ended_at IS NULL OR m.ended_at > d.decided_at))
    UNION ALL
    SELECT 'cash_difference', p.id, p.public_id::text, 'the maker approved'
    FROM cash_proposal p
    WHERE p.is_approved AND p.closed_by_id = p.maker_id
    UNION ALL
    SELECT 'usage_dispute', a.dispute_id, d.public_id::text, CASE
            WHEN a.answered_by_id = d.opened_by_id THEN 'who asked answered'
            WHEN a.level = 'house' AND a.answered_by_id = d.escalated_by_id
                THEN 'who took it to the house answered'
            WHEN a.answered_by_id = a.first_by_id THEN 'the house is who answered before'
            ELSE 'a member of who asked answered' END
    FROM disputes_usage_dispute_answer a
    JOIN disputes_usage_dispute d ON d.id = a.dispute_id
    WHERE a.answered_by_id = d.opened_by_id OR a.answered_by_id = a.first_by_id
        OR (a.level = 'house' AND a.answered_by_id = d.escalated_by_id)
        OR EXISTS (
            SELECT FROM accounts_membership m
            WHERE m.user_id = a.answered_by_id AND m.organisation_id = d.tenant_id
                AND m.created_at <= a.answered_at
                AND (m.ended_at IS NULL OR m.ended_at > a.answered_at))
    UNION ALL
    SELECT 'payout_run', r.id, r.public_id::text, CASE
            WHEN r.decided_by_id = r.maker_id THEN 'the maker approved'
            WHEN r.decided_by_id IS NULL THEN 'sent without approval'
            ELSE 'a member of who is paid approved' END
    FROM payouts_run r
    WHERE r.state IN ('approved', 'finished') AND (r.decided_by_id IS NULL
        OR r.decided_by_id = r.maker_id
        OR EXISTS (
            SELECT FROM payouts_payout o
            JOIN accounts_membership m ON m.organisation_id = o.payee_id
            WHERE o.run_id = r.id AND m.user_id = r.decided_by_id AND m.created_at <= r.decided_at
                AND (m.ended_at IS NULL OR m.ended_at > r.decided_at)))
    UNION ALL
    SELECT 'payout_account', a.id, a.public_id::text, CASE
            WHEN a.decided_by_id = a.maker_id THEN 'the maker approved'
            ELSE 'a member of who is paid approved' END
    FROM payouts_account a
    WHERE a.effective_at IS NOT NULL AND (a.decided_by_id = a.maker_id
        OR EXISTS (
            SELECT FROM accounts_membership m
            WHERE m.user_id = a.decided_by_id AND m.organisation_id = a.payee_id
                AND m.created_at <= a.decided_at
                AND (m.ended_at IS NULL OR m.ended_at > a.decided_at)))
    UNION ALL
    SELECT 'payout_result', f.id, r.public_id::text, CASE
            WHEN f.imported_by_id = r.maker_id THEN 'who proposed the run took it in'
            ELSE 'a member of who is paid took it in' END
    FROM payouts_result_file f
    JOIN payouts_run r ON r.id = f.run_id
    WHERE f.imported_by_id = r.maker_id
        OR EXISTS (
            SELECT FROM payouts_payout o
            JOIN accounts_membership m ON m.organisation_id = o.payee_id
            WHERE o.run_id = r.id AND m.user_id = f.imported_by_id
                AND m.created_at <= f.imported_at
                AND (m.ended_at IS NULL OR m.ended_at > f.imported_at))
    UNION ALL
    SELECT 'payout_reversal', r.id, r.public_id::text, CASE
            WHEN r.decided_by_id = r.maker_id THEN 'the maker approved'
            WHEN r.decided_by_id IS NULL THEN 'asked without approval'
            ELSE 'a member of whom it takes from approved' END
    FROM payouts_reversal r
    JOIN payouts_payout o ON o.id = r.payout_id
    WHERE r.state IN ('asked', 'done', 'failed') AND NOT r.is_foreign
        AND (r.decided_by_id IS NULL OR r.decided_by_id = r.maker_id
            OR EXISTS (
                SELECT FROM accounts_membership m
                WHERE m.organisation_id = o.payee_id AND m.user_id = r.decided_by_id
                    AND m.created_at <= r.decided_at
                    AND (m.ended_at IS NULL OR m.ended_at > r.decided_at)))
    UNION ALL
    SELECT 'application', o.id, p.public_id::text, CASE
            WHEN o.approver_id = p.maker_id THEN 'the maker approved'
            WHEN o.approver_organisation_id = p.beneficiary_id THEN 'the beneficiary approved'
            ELSE 'a member of the beneficiary approved' END
    FROM applications_approval o
    JOIN applications_proposal p ON p.id = o.proposal_id
    WHERE o.approver_id = p.maker_id OR o.approver_organisation_id = p.beneficiary_id
        OR EXISTS (
            SELECT FROM accounts_membership m
            WHERE m.user_id = o.approver_id AND m.organisation_id = p.beneficiary_id
                AND m.created_at <= o.decided_at
                AND (m.ended_at IS NULL OR m.ended_at > o.decided_at))
    UNION ALL
    SELECT 'credit', p.id, p.public_id::text, 'the maker approved'
    FROM ledger_credit_proposal p
    WHERE p.decision = 'approved' AND p.decider_id = p.maker_id
) decided
ORDER BY decision, id
LIMIT %(limit)s
