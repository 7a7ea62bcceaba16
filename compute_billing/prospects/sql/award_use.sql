-- How much awards reserve and gave, by programme, level and budget year: a tenant's own, and all.
SELECT programme.code AS programme, fund.level, fund.budget_year,
    coalesce(sum(counter.granted) FILTER (WHERE award.tenant_id = %(tenant_id)s), 0)::bigint
        AS own_paid,
    coalesce(sum(counter.cap - counter.granted) FILTER (
        WHERE award.tenant_id = %(tenant_id)s AND award.ends_at > %(now)s), 0)::bigint
        AS own_reserved,
    sum(counter.granted)::bigint AS paid,
    coalesce(sum(counter.cap - counter.granted) FILTER (WHERE award.ends_at > %(now)s), 0)::bigint
        AS reserved
FROM subsidies_award award
JOIN subsidies_award_counter counter ON counter.award_id = award.id
JOIN subsidies_fund fund ON fund.id = award.fund_id
JOIN subsidies_programme programme ON programme.id = fund.programme_id
GROUP BY programme.code, fund.level, fund.budget_year
ORDER BY programme.code, fund.level, fund.budget_year
