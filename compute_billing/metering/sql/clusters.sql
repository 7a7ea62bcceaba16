-- A source speaks of clusters of its own operator only.
SELECT c.code, c.id
FROM catalogue_cluster c JOIN catalogue_compute_centre o ON o.id = c.centre_id
WHERE c.code = ANY(%(codes)s) AND o.operator_id = (
    SELECT own.operator_id
    FROM catalogue_cluster d JOIN catalogue_compute_centre own ON own.id = d.centre_id
    WHERE d.id = %(default_cluster_id)s)
