-- What is claimed from each fund for each operator, and which claim of the month this is.
SELECT share.fund_id, share.claimant_id,
    1 + coalesce((
        SELECT max(earlier.sequence) FROM settlement_claim earlier
        WHERE earlier.fund_id = share.fund_id AND earlier.claimant_id = share.claimant_id
            AND earlier.period = %(month)s
    ), 0) AS sequence,
    sum(share.amount)::bigint AS amount, count(*) AS line_count
FROM claimable_share share
GROUP BY share.fund_id, share.claimant_id
ORDER BY share.fund_id, share.claimant_id
