-- Keys that a run must judge: of items that lie in the days since a day.
SELECT DISTINCT key FROM cash_item
WHERE account_id = %(account_id)s AND day >= %(from_day)s
