-- A running job is metered in slices: a poll, and at last the finished record, counts only from
-- where its allocation has been metered already. What suspension has taken stays out, because the
-- quantity is the elapsed time and not the wall clock. A record all of whose time is free (again,
-- after a correction) is no finished record of the job but a piece of it, and stays as it is.
WITH met AS (
    SELECT c.usage_id, u.metered_until, c.milli_cards::numeric * u.metered_elapsed_ms AS metered,
        (extract(epoch FROM c.ended_at) - extract(epoch FROM u.metered_until)) * 1000 AS rest_ms
    FROM usage_candidate c JOIN usage_allocation u ON u.key = c.allocation_key
    WHERE c.verdict = '' AND NOT u.is_new AND u.metered_elapsed_ms > 0
        AND c.started_at < u.metered_until
        AND (c.is_running OR EXISTS (
            SELECT FROM metering_usage_record r
            WHERE r.allocation_id = u.id AND r.started_at < c.ended_at AND r.ended_at > c.started_at
            HAVING sum(sign(r.quantity) * extract(epoch FROM
                least(r.ended_at, c.ended_at) - greatest(r.started_at, c.started_at))) > 0))
), judged AS (
    SELECT c.usage_id, m.metered_until, m.metered,
        CASE
            WHEN m.rest_ms < 0 AND NOT c.is_running THEN 'ends_before_metered'
            WHEN m.rest_ms <= 0 OR c.quantity = m.metered THEN 'duplicate'
            WHEN c.quantity < m.metered THEN 'elapsed_went_back'
            WHEN c.quantity - m.metered > c.milli_cards * m.rest_ms
                THEN 'quantity_exceeds_interval'
            ELSE '' END AS verdict
    FROM usage_candidate c JOIN met m USING (usage_id)
)
UPDATE usage_candidate c
SET verdict = j.verdict,
    started_at = CASE WHEN j.verdict = '' THEN j.metered_until ELSE c.started_at END,
    quantity = CASE WHEN j.verdict = '' THEN c.quantity - j.metered ELSE c.quantity END
FROM judged j
WHERE c.usage_id = j.usage_id
