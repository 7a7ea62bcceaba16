SELECT id FROM ledger_account
WHERE owner_kind = %(owner_kind)s AND owner_id = %(owner_id)s AND kind = %(kind)s
    AND subject = %(subject)s AND unit = %(unit)s
    AND operator_id IS NOT DISTINCT FROM %(operator_id)s::bigint
