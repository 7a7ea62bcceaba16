-- The cards of the clusters whose operators have a statement of the month; null where one of them
-- has a cluster of unknown size.
SELECT CASE WHEN bool_and(cluster.milli_cards IS NOT NULL) THEN sum(cluster.milli_cards) END
    AS milli_cards
FROM catalogue_cluster cluster
JOIN catalogue_compute_centre centre ON centre.id = cluster.centre_id
WHERE centre.operator_id IN (
    SELECT operator_id FROM settlement_operator_statement WHERE period = %(month)s)
