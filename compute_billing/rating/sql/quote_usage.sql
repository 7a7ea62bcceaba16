-- Use that nobody has made yet, as if it had been recorded at `at`.
INSERT INTO rating_usage (usage_id, recorded_month, project_id, cluster_id, meter_id, milli_cards,
    started_at, ended_at, quantity)
VALUES (0, date_trunc('month', %(at)s AT TIME ZONE 'UTC')::date, %(project_id)s, %(cluster_id)s,
    %(meter_id)s, %(milli_cards)s, %(started_at)s, %(ended_at)s,
    %(milli_cards)s * (extract(epoch FROM %(ended_at)s::timestamptz - %(started_at)s::timestamptz)
        * 1000)::bigint)
