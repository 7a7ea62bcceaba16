-- Shares of the originals, net of what reversals gave back, in the order of giving back: who paid
-- last is repaid first.
INSERT INTO rating_original_share
SELECT n.charge_id, n.payer_kind, n.account_id, n.unit, n.amount, row_number() OVER (
    PARTITION BY n.charge_id, n.payer_kind IN ('paid', 'credit', 'arrears'), n.payer_kind = 'promotion'
    ORDER BY CASE n.payer_kind WHEN 'arrears' THEN 1 WHEN 'credit' THEN 2 ELSE 3 END,
        lot.specificity, lot.expires_at DESC NULLS FIRST, lot.granted DESC, n.account_id DESC)
FROM (
    SELECT charge_id, payer_kind, account_id, unit, sum(amount)::bigint AS amount
    FROM (
        SELECT p.charge_id, s.payer_kind, s.account_id, s.unit, s.amount
        FROM rating_piece p
        JOIN rating_charge_share s ON s.tenant_id = %(tenant_id)s
            AND s.recorded_month = p.reverses_recorded_month AND s.charge_id = p.reverses_id
        UNION ALL
        SELECT p.charge_id, s.payer_kind, s.account_id, s.unit, s.amount
        FROM rating_piece p
        JOIN rating_charge e ON e.tenant_id = %(tenant_id)s AND e.reverses_id = p.reverses_id
        JOIN rating_charge_share s ON s.tenant_id = %(tenant_id)s
            AND s.recorded_month = e.recorded_month AND s.charge_id = e.id
    ) every
    GROUP BY charge_id, payer_kind, account_id, unit
) n
LEFT JOIN ledger_credit_lot lot ON lot.account_id = n.account_id
