-- Where the money of every fund is: appropriated = left_in_fund + awarded; of what was awarded,
-- drawn was used or claimed, reserved may still be, and lapsed can no longer be because its award has ended.
SELECT fund.id AS fund_id, programme.code AS programme, programme.name AS programme_name,
    programme.jurisdiction, fund.level, fund.budget_year, fund.budget_document_no,
    balance.posted AS left_in_fund,
    coalesce(money.appropriated, 0) AS appropriated,
    coalesce(given.awards, 0) AS awards, coalesce(given.awarded, 0) AS awarded,
    coalesce(given.drawn, 0) AS drawn, coalesce(given.reserved, 0) AS reserved,
    coalesce(given.lapsed, 0) AS lapsed
FROM subsidies_fund fund
JOIN subsidies_programme programme ON programme.id = fund.programme_id
JOIN ledger_balance balance ON balance.account_id = fund.account_id
LEFT JOIN (
    SELECT posting.destination_account_id AS account_id, sum(posting.amount)::bigint AS appropriated
    FROM ledger_posting posting
    JOIN ledger_account source ON source.id = posting.source_account_id
    WHERE source.kind = 'appropriation'
    GROUP BY posting.destination_account_id
) money ON money.account_id = fund.account_id
LEFT JOIN (
    SELECT part.fund_id, count(*) AS awards, sum(part.cap_micro)::bigint AS awarded,
        sum(part.drawn)::bigint AS drawn,
        coalesce(sum(part.cap_micro - part.drawn) FILTER (WHERE part.gives), 0)::bigint AS reserved,
        coalesce(sum(part.cap_micro - part.drawn) FILTER (WHERE NOT part.gives), 0)::bigint
            AS lapsed
    FROM (
        SELECT part.fund_id, part.cap_micro, coalesce(award.redeem_by, award.ends_at) > %(now)s
                AND award.withdrawn_at IS NULL AS gives,
            div(counter.granted::numeric * part.upto_ppm, 1000000)
            - div(counter.granted::numeric * part.from_ppm, 1000000) AS drawn
        FROM subsidies_award_fund part
        JOIN subsidies_award award ON award.id = part.award_id
        JOIN subsidies_award_counter counter ON counter.award_id = award.id
    ) part
    GROUP BY part.fund_id
) given ON given.fund_id = fund.id
WHERE fund.meter_id IS NULL AND (%(fund_id)s::bigint IS NULL OR fund.id = %(fund_id)s)
    AND (%(authority_id)s::bigint IS NULL OR programme.authority_id = %(authority_id)s)
ORDER BY fund.budget_year DESC, programme.code, fund.level
