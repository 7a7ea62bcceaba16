-- How the money of each payee stands, how often he is paid, and what of his account waits.
SELECT o.code, o.name, y.organisation_id AS payee_id,
    coalesce(e.payable_after, 0) AS payable, coalesce(e.reserve_after, 0) AS reserve,
    coalesce(e.transit_after, 0) AS transit, coalesce(e.debt_after, 0) AS debt,
    t.schedule, t.minimum_fen, t.commission_ppm,
    EXISTS (SELECT FROM payouts_account a
        WHERE a.payee_id = y.organisation_id AND a.effective_at <= %(now)s
            AND a.withdrawn_at IS NULL) AS has_account
FROM payouts_payee y
JOIN accounts_organisation o ON o.id = y.organisation_id
LEFT JOIN payouts_entry e ON e.payee_id = y.organisation_id AND e.sequence = y.sequence
LEFT JOIN LATERAL (SELECT * FROM payouts_terms g WHERE g.payee_id = y.organisation_id
    ORDER BY g.from_month DESC LIMIT 1) t ON true
ORDER BY o.code
