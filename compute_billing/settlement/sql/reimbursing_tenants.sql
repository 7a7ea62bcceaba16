-- Tenants with awards that are claimed afterwards and a closed month up to this one.
SELECT DISTINCT award.tenant_id
FROM subsidies_award award
WHERE NOT award.is_share AND award.mode <> 'in_kind' AND EXISTS (
    SELECT FROM invoices_tenant_month month
    WHERE month.tenant_id = award.tenant_id AND month.state = 'closed' AND month.month <= %(month)s)
ORDER BY award.tenant_id
