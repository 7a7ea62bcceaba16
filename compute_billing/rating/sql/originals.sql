-- What is left of each charge that is reversed, after the reversals so far, and its shares.
INSERT INTO rating_original
SELECT p.charge_id, c.id, c.quantity + coalesce(r.quantity, 0),
    c.quantity_in_kind + coalesce(r.quantity_in_kind, 0),
    c.gross + coalesce(r.gross, 0), c.discount + coalesce(r.discount, 0)
FROM rating_piece p
JOIN rating_charge c ON c.tenant_id = %(tenant_id)s
    AND c.recorded_month = p.reverses_recorded_month AND c.id = p.reverses_id
LEFT JOIN LATERAL (
    SELECT sum(quantity)::bigint AS quantity, sum(quantity_in_kind)::bigint AS quantity_in_kind,
        sum(gross)::bigint AS gross, sum(discount)::bigint AS discount
    FROM rating_charge e WHERE e.tenant_id = %(tenant_id)s AND e.reverses_id = c.id
) r ON true
