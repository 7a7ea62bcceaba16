-- What stands on a month's statements for some tenants (null: for all), and their paid money now:
-- what is left of it (`left_now`) and what is still owed (`owed_now`).
WITH settled AS (
    SELECT line.tenant_id, sum(line.quantity) AS quantity, sum(line.gross)::bigint AS gross,
        sum(line.discount)::bigint AS discount, sum(line.programme)::bigint AS programme,
        sum(line.tenant_paid)::bigint AS tenant_paid, sum(line.arrears)::bigint AS arrears
    FROM settlement_operator_statement statement
    JOIN settlement_operator_statement_line line ON line.statement_id = statement.id
    WHERE statement.period = %(month)s
        AND (%(tenant_ids)s::bigint[] IS NULL OR line.tenant_id = ANY(%(tenant_ids)s))
    GROUP BY line.tenant_id
), money AS (
    SELECT lot.tenant_id, sum(balance.posted)::bigint AS amount
    FROM ledger_credit_lot lot
    JOIN ledger_balance balance ON balance.account_id = lot.account_id
    WHERE lot.stage = 'paid' AND lot.tenant_id IN (SELECT tenant_id FROM settled)
        AND (lot.expires_at IS NULL OR lot.expires_at > %(now)s)
    GROUP BY lot.tenant_id
), debt AS (
    SELECT account.owner_id AS tenant_id,
        sum(CASE WHEN posting.source_account_id = account.id
            THEN posting.amount ELSE -posting.amount END)::bigint AS amount
    FROM ledger_account account
    JOIN ledger_posting posting ON account.id IN
        (posting.source_account_id, posting.destination_account_id)
    WHERE account.owner_kind = 'tenant' AND account.kind = 'arrears'
        AND account.owner_id IN (SELECT tenant_id FROM settled)
    GROUP BY account.owner_id
)
SELECT organisation.code, organisation.name, organisation.kind, settled.quantity, settled.gross,
    settled.discount, settled.programme, settled.tenant_paid, settled.arrears,
    coalesce(money.amount, 0) AS left_now, coalesce(debt.amount, 0) AS owed_now
FROM settled
JOIN accounts_organisation organisation ON organisation.id = settled.tenant_id
LEFT JOIN money ON money.tenant_id = settled.tenant_id
LEFT JOIN debt ON debt.tenant_id = settled.tenant_id
ORDER BY settled.gross DESC, settled.quantity DESC, organisation.code
