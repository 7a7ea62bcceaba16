-- Where a fund's money is, from its postings and its awards' counters.
SELECT f.id AS fund_id, b.posted AS left_in_fund,
    (SELECT coalesce(sum(p.amount), 0)::bigint FROM ledger_posting p
        JOIN ledger_account source ON source.id = p.source_account_id
        WHERE p.destination_account_id = f.account_id AND source.kind = 'appropriation'
    ) AS appropriated,
    (SELECT coalesce(sum(a.cap_micro), 0)::bigint FROM subsidies_award a WHERE a.fund_id = f.id
    ) AS awarded,
    (SELECT coalesce(sum(c.granted), 0)::bigint FROM subsidies_award a
        JOIN subsidies_award_counter c ON c.award_id = a.id WHERE a.fund_id = f.id
    ) AS granted,
    (SELECT count(*) FROM subsidies_award a WHERE a.fund_id = f.id) AS awards
FROM subsidies_fund f JOIN ledger_balance b ON b.account_id = f.account_id
WHERE f.id = %(fund_id)s
