INSERT INTO rating_charge (tenant_id, recorded_month, id, usage_id, segment_no, revision,
    usage_month, booked_month, segment_start, segment_end, price_id, project_id, cluster_id, quantity,
    quantity_in_kind, counter_before, gross, discount, programme, tenant, reverses_id,
    reverses_recorded_month, run_id)
SELECT %(tenant_id)s, recorded_month, charge_id, usage_id, segment_no, revision, month,
    booked_month, segment_start, segment_end, price_id, project_id, cluster_id, quantity,
    quantity_in_kind, counter_before, gross, discount, programme, gross - discount - programme, reverses_id,
    reverses_recorded_month, %(run_id)s
FROM rating_segment
