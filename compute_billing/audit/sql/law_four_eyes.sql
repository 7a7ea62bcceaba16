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
    SELECT 'package_offer', d.id, d.public_id::text, 'the maker approved'
    FROM packages_offer_draft d
    JOIN packages_offer_decision e ON e.draft_id = d.id
    WHERE e.decision = 'approved' AND e.decider_id = d.maker_id
    UNION ALL
    SELECT 'bank_line', d.line_id, l.public_id::text, CASE
            WHEN d.approver_id = d.maker_id THEN 'the maker approved'
            ELSE 'a large one without approval' END
    FROM bank_decision d
    JOIN bank_line l ON l.id = d.line_id
    WHERE d.approver_id = d.maker_id
        OR (d.maker_id IS NOT NULL AND d.approver_id IS NULL AND d.amount_fen >= d.two_from_fen)
    UNION ALL
    SELECT 'cash_difference', p.id, p.public_id::text, 'the maker approved'
    FROM cash_proposal p
    WHERE p.is_approved AND p.closed_by_id = p.maker_id
) decided
ORDER BY decision, id
LIMIT %(limit)s
