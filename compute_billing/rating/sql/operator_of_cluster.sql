SELECT e.operator_id
FROM catalogue_cluster k JOIN catalogue_compute_centre e ON e.id = k.centre_id
WHERE k.id = %(cluster_id)s
