-- The oldest event that may leave for the endpoint that has waited longest, among those that nobody
-- sends to just now. The endpoint is held until the lease ends: its deliveries leave one after the
-- other in the order of events, and no endpoint keeps another from its turn.
WITH free AS (
    SELECT endpoint.id AS endpoint_id, next.id AS delivery_id
    FROM accounts_webhook_endpoint endpoint
    CROSS JOIN LATERAL (
        SELECT delivery.id
        FROM accounts_webhook_delivery delivery
        WHERE delivery.endpoint_id = endpoint.id AND delivery.state = 'waiting'
            AND delivery.next_attempt_at <= %(now)s
        ORDER BY delivery.event_id
        LIMIT 1
    ) next
    WHERE endpoint.deleted_at IS NULL AND endpoint.disabled_at IS NULL
        AND (endpoint.sending_until IS NULL OR endpoint.sending_until <= %(now)s)
        AND (endpoint.waits_until IS NULL OR endpoint.waits_until <= %(now)s)
    ORDER BY endpoint.claimed_at NULLS FIRST, endpoint.id
    LIMIT 1
    FOR NO KEY UPDATE OF endpoint SKIP LOCKED
), taken AS (
    -- Somebody may have sent it between the look and the lock: then nothing is taken.
    UPDATE accounts_webhook_delivery delivery
    SET attempts = delivery.attempts + 1, last_attempt_at = %(now)s
    FROM free
    WHERE delivery.id = free.delivery_id AND delivery.state = 'waiting'
        AND delivery.next_attempt_at <= %(now)s
    RETURNING delivery.id, delivery.endpoint_id
)
UPDATE accounts_webhook_endpoint endpoint
SET sending_until = %(leased_until)s, claimed_at = %(now)s
FROM taken WHERE endpoint.id = taken.endpoint_id
RETURNING taken.id
