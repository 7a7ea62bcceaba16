-- A payee's entries follow one another without a gap, each starts where the one before it ended and
-- is the sum of its earnings; the last is what the books hold for him; and what the books hold as
-- commission is what his earnings bore.
WITH entry AS (
    SELECT e.*, lag(e.sequence, 1, 0::bigint) OVER w AS sequence_before,
        lag(e.payable_after, 1, 0::bigint) OVER w AS payable_before,
        lag(e.reserve_after, 1, 0::bigint) OVER w AS reserve_before,
        lag(e.transit_after, 1, 0::bigint) OVER w AS transit_before,
        lag(e.debt_after, 1, 0::bigint) OVER w AS debt_before
    FROM payouts_entry e WINDOW w AS (PARTITION BY e.payee_id ORDER BY e.sequence)
), part AS (
    SELECT entry_id, sum(amount) AS amount, sum(commission) AS commission,
        sum(commission_tax) AS commission_tax
    FROM payouts_earning GROUP BY entry_id
), held AS (
    SELECT a.owner_id AS payee_id, a.kind, coalesce((SELECT sum(p.amount) FROM ledger_posting p
            WHERE p.destination_account_id = a.id), 0) - coalesce((SELECT sum(p.amount)
            FROM ledger_posting p WHERE p.source_account_id = a.id), 0) AS amount
    FROM ledger_account a
    WHERE a.owner_kind = 'operator' AND a.kind IN ('payee_earned', 'payee_payable',
        'payee_reserve', 'payee_transit', 'payee_debt', 'commission', 'commission_tax')
), said AS (
    SELECT y.organisation_id AS payee_id, s.kind, s.amount
    FROM payouts_payee y
    LEFT JOIN payouts_entry e ON e.payee_id = y.organisation_id AND e.sequence = y.sequence
    LEFT JOIN (SELECT payee_id, sum(amount) AS amount, sum(commission) AS commission,
            sum(commission_tax) AS tax FROM payouts_earning GROUP BY payee_id) g
        ON g.payee_id = y.organisation_id
    CROSS JOIN LATERAL (VALUES ('payee_payable', e.payable_after::numeric),
        ('payee_reserve', e.reserve_after), ('payee_transit', e.transit_after),
        ('payee_debt', -e.debt_after), ('payee_earned', -g.amount),
        ('commission', g.commission), ('commission_tax', g.tax)) AS s (kind, amount)
), problem AS (
    SELECT payee_id, sequence, 'does not follow the one before it' AS problem FROM entry
    WHERE sequence <> sequence_before + 1 OR payable_after <> payable_before + payable
        OR reserve_after <> reserve_before + reserve OR transit_after <> transit_before + transit
        OR debt_after <> debt_before + debt
    UNION ALL
    SELECT e.payee_id, e.sequence, 'is not the sum of its earnings'
    FROM entry e LEFT JOIN part p ON p.entry_id = e.id
    WHERE e.earned <> coalesce(p.amount, 0) OR e.commission <> coalesce(p.commission, 0)
        OR e.commission_tax <> coalesce(p.commission_tax, 0)
    UNION ALL
    SELECT coalesce(s.payee_id, h.payee_id), NULL, 'the books hold other ' || coalesce(s.kind, h.kind)
    FROM said s FULL JOIN held h ON h.payee_id = s.payee_id AND h.kind = s.kind
    WHERE coalesce(s.amount, 0) <> coalesce(h.amount, 0)
)
SELECT payee_id, sequence, problem FROM problem ORDER BY 1, 2, 3 LIMIT %(limit)s
