-- What was never told of, written down by whoever comes first: who comes second waits for him, and
-- is then given nothing.
INSERT INTO accounts_verification_reminder (organisation_id, kind, day, told_at)
SELECT due.organisation_id, due.kind, due.day, %(now)s
FROM unnest(%(organisation_ids)s::bigint[], %(kinds)s::text[], %(days)s::date[])
    AS due (organisation_id, kind, day)
ORDER BY due.organisation_id, due.kind, due.day
ON CONFLICT (organisation_id, kind, day) DO NOTHING
RETURNING organisation_id, kind, day
