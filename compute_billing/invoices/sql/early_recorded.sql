-- Charges are recorded after their use, so those booked in a month lie from its recorded month
-- on; but for the first hours of a month by the local clock, and for what was rerated. Where do
-- those begin, for the tenants that have any? Answered by a partial index of the few.
SELECT tenant_id, min(recorded_month) AS recorded_from
FROM rating_charge
WHERE tenant_id = ANY(%(tenant_ids)s) AND booked_month = %(month)s
    AND recorded_month < booked_month
GROUP BY tenant_id
ORDER BY tenant_id
