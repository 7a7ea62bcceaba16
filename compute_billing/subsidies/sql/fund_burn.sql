-- Where a fund's money is, from its postings and its parts of awards' counters.
SELECT f.id AS fund_id, b.posted AS left_in_fund,
    (SELECT coalesce(sum(p.amount), 0)::bigint FROM ledger_posting p
        JOIN ledger_account source ON source.id = p.source_account_id
        WHERE p.destination_account_id = f.account_id AND source.kind = 'appropriation'
    ) AS appropriated,
    coalesce(given.awarded, 0) AS awarded, coalesce(given.granted, 0) AS granted,
    coalesce(given.awards, 0) AS awards
FROM subsidies_fund f JOIN ledger_balance b ON b.account_id = f.account_id
LEFT JOIN (
    SELECT part.fund_id, count(*) AS awards, sum(part.cap_micro)::bigint AS awarded,
        sum(div(c.granted::numeric * part.upto_ppm, 1000000)
            - div(c.granted::numeric * part.from_ppm, 1000000))::bigint AS granted
    FROM subsidies_award_fund part
    JOIN subsidies_award_counter c ON c.award_id = part.award_id
    GROUP BY part.fund_id
) given ON given.fund_id = f.id
WHERE f.id = %(fund_id)s
