SELECT count(*) AS tenants,
    coalesce(sum(gross_after) - sum(gross_before), 0)::bigint AS difference
FROM rating_price_draft_effect WHERE draft_id = %(draft_id)s
