SELECT a.account FROM unnest(%(accounts)s::text[]) AS a (account)
WHERE NOT EXISTS (
    SELECT FROM metering_source_account_mapping m
    WHERE m.source_id = %(source_id)s AND m.account = a.account)
ORDER BY a.account
