-- The oldest events that wait and that no other relay holds.
SELECT id FROM kernel_outbox_event
WHERE dispatched_at IS NULL
ORDER BY id
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED
