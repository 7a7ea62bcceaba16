-- Awards as `subsidies.operations.approve_award` writes them, for all tenants at once, but for
-- their audit entries.
WITH wanted AS (
    SELECT tenant_id, 'award-' || tenant_id AS reference
    FROM unnest(%(tenant_ids)s::bigint[]) AS tenant_id
), account AS (
    INSERT INTO ledger_account (owner_kind, owner_id, kind, subject, unit, has_floor)
    SELECT 'programme', %(programme_id)s, 'award', reference, 'CNY', true FROM wanted
    RETURNING id, subject
), head AS (
    INSERT INTO ledger_transaction (kind, reference, occurred_at, recorded_at)
    SELECT 'award_approved', reference, %(now)s, %(now)s FROM wanted
    RETURNING id, reference
), funded AS (
    SELECT account.id AS account_id, head.id AS transaction_id, wanted.*
    FROM wanted
    JOIN account ON account.subject = wanted.reference
    JOIN head ON head.reference = wanted.reference
), balance AS (
    INSERT INTO ledger_balance (account_id, posted, held, floor, version)
    SELECT account_id, %(cap_micro)s, 0, 0, 1 FROM funded
), posting AS (
    INSERT INTO ledger_posting
        (transaction_id, source_account_id, destination_account_id, unit, amount)
    SELECT transaction_id, %(fund_account_id)s, account_id, 'CNY', %(cap_micro)s FROM funded
), fund AS (
    UPDATE ledger_balance
    SET posted = posted - %(cap_micro)s * (SELECT count(*) FROM funded),
        version = version + (SELECT count(*) FROM funded)
    WHERE account_id = %(fund_account_id)s
), award AS (
    INSERT INTO subsidies_award (fund_id, tenant_id, reference, rate_ppm, cap_micro,
        stacking_order, account_id, starts_at, ends_at, maker_id, approver_id,
        approver_organisation_id, approved_at)
    SELECT %(fund_id)s, tenant_id, reference, %(rate_ppm)s, %(cap_micro)s, 1, account_id,
        %(starts_at)s, %(ends_at)s, %(maker_id)s, %(approver_id)s, %(office_id)s, %(now)s
    FROM funded
    RETURNING id
)
INSERT INTO subsidies_award_counter (award_id, basis, granted, cap)
SELECT id, 0, 0, %(cap_micro)s FROM award
