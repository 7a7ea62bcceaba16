-- The oldest run that is not over and that nobody holds is this worker's for a while.
UPDATE metering_retry_run SET leased_until = %(leased_until)s
WHERE id = (
    SELECT id FROM metering_retry_run
    WHERE finished_at IS NULL AND (leased_until IS NULL OR leased_until < %(now)s)
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, source_id
