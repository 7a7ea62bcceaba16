-- What counts of each charge family of an award's tenant: the charge with its reversals, booked in
-- closed months, and what is still owed of it. Whatever is owed is of the newest charges, because
-- the oldest arrears are cleared first. Families of another claimant of the group and those that
-- were clawed back are left out.
WITH closed AS (
    SELECT month FROM invoices_tenant_month
    WHERE tenant_id = %(tenant_id)s AND state = 'closed' AND month <= %(month)s
), family AS MATERIALIZED (
    SELECT coalesce(reverses_id, id) AS charge_id,
        sum(tenant) FILTER (WHERE booked_month IN (SELECT month FROM closed)) AS net,
        bool_or(reverses_id IS NULL AND booked_month IN (SELECT month FROM closed)) AS is_closed
    FROM rating_charge
    WHERE tenant_id = %(tenant_id)s
    GROUP BY coalesce(reverses_id, id)
), owing AS MATERIALIZED (
    SELECT a.id AS account_id, -coalesce(sum(CASE WHEN p.destination_account_id = a.id
        THEN p.amount ELSE -p.amount END), 0) AS owed
    FROM ledger_account a
    LEFT JOIN ledger_posting p ON a.id IN (p.source_account_id, p.destination_account_id)
    WHERE a.owner_kind = 'tenant' AND a.owner_id = %(tenant_id)s
        AND a.kind IN ('arrears', 'credit') AND %(only_paid)s
    GROUP BY a.id
), unpaid AS (
    SELECT charge_id, sum(greatest(0, least(amount, owed - later))) AS amount
    FROM (
        SELECT borne.charge_id, borne.amount, owing.owed, sum(borne.amount) OVER (
            PARTITION BY borne.account_id ORDER BY borne.charge_id DESC) - borne.amount AS later
        FROM (
            SELECT s.account_id, coalesce(c.reverses_id, c.id) AS charge_id, sum(s.amount) AS amount
            FROM rating_charge_share s
            JOIN rating_charge c ON c.tenant_id = s.tenant_id
                AND c.recorded_month = s.recorded_month AND c.id = s.charge_id
            WHERE s.tenant_id = %(tenant_id)s AND s.payer_kind IN ('arrears', 'credit')
                AND %(only_paid)s
            GROUP BY s.account_id, coalesce(c.reverses_id, c.id)
        ) borne JOIN owing USING (account_id)
    ) placed
    GROUP BY charge_id
)
SELECT c.id AS charge_id, c.recorded_month, price.tax_class,
    greatest(0, f.net - coalesce(u.amount, 0))::bigint AS counts
FROM family f
JOIN rating_charge c ON c.tenant_id = %(tenant_id)s AND c.id = f.charge_id
JOIN catalogue_price price ON price.id = c.price_id
LEFT JOIN unpaid u ON u.charge_id = f.charge_id
WHERE f.is_closed
    AND c.segment_start >= %(starts_at)s AND c.segment_start < %(ends_at)s
    AND (%(cluster_id)s::bigint IS NULL OR c.cluster_id = %(cluster_id)s)
    AND (%(meter_id)s::bigint IS NULL OR price.meter_id = %(meter_id)s)
    AND NOT EXISTS (
        SELECT FROM settlement_claimed claimed
        WHERE claimed.charge_id = c.id AND claimed.exclusivity_group = %(exclusivity_group)s
            AND claimed.award_id IS DISTINCT FROM %(award_id)s)
    AND NOT EXISTS (
        SELECT FROM rating_charge_share s JOIN subsidies_award a ON a.account_id = s.account_id
        WHERE s.tenant_id = c.tenant_id AND s.recorded_month = c.recorded_month
            AND s.charge_id = c.id AND s.payer_kind = 'award' AND s.amount <> 0
            AND a.exclusivity_group = %(exclusivity_group)s)
    AND NOT EXISTS (
        SELECT FROM settlement_clawback_line taken
        JOIN settlement_clawback clawback ON clawback.id = taken.clawback_id
        WHERE taken.charge_id = c.id AND clawback.award_id = %(award_id)s
)
ORDER BY c.id
