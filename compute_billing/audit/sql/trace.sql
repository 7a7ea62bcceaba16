-- A posting down to the lines of the files that reported its use. Shares are found through their
-- run, whose tenant leads their key; a posting without shares is told by its accounts alone.
WITH posting AS MATERIALIZED (
    SELECT p.id, p.transaction_id, p.unit, p.amount, p.source_account_id, p.destination_account_id,
        t.kind, t.reference, t.occurred_at, t.recorded_at, run.id AS run_id, run.tenant_id,
        source.kind AS source_kind, source.subject AS source_subject,
        source.owner_kind AS source_owner_kind, source.owner_id AS source_owner_id,
        destination.kind AS destination_kind, destination.subject AS destination_subject,
        destination.owner_kind AS destination_owner_kind,
        destination.owner_id AS destination_owner_id,
        CASE WHEN destination.kind IN ('compute_revenue', 'card_time_used') THEN 1 ELSE -1 END
            AS direction,
        CASE WHEN destination.kind IN ('compute_revenue', 'card_time_used')
            THEN p.source_account_id ELSE p.destination_account_id END AS payer_account_id,
        CASE WHEN destination.kind IN ('compute_revenue', 'card_time_used')
            THEN destination.owner_id ELSE source.owner_id END AS issuer_id
    FROM ledger_posting p
    JOIN ledger_transaction t ON t.id = p.transaction_id
    LEFT JOIN ledger_account source ON source.id = p.source_account_id
    LEFT JOIN ledger_account destination ON destination.id = p.destination_account_id
    LEFT JOIN rating_run run ON t.kind = 'rating' AND t.reference = run.id::text
    WHERE p.id = %(posting_id)s
), line AS (
    SELECT s.charge_id, s.payer_kind, s.amount, s.cause,
        c.usage_id, c.segment_no, c.revision, c.usage_month, c.booked_month, c.segment_start,
        c.segment_end, c.quantity, c.quantity_in_kind, c.gross, c.price_id, r.unit_price_micro,
        list.code AS price_list, list.kind AS list_kind, list.customer_class, u.external_id,
        u.milli_cards, u.started_at, u.ended_at,
        u.quantity AS usage_quantity, u.corrects_id, source.code AS source, i.id AS import_id,
        i.format AS import_format, i.origin, u.position
    FROM posting p
    JOIN rating_charge_share s ON s.tenant_id = p.tenant_id
        AND s.transaction_id = p.transaction_id AND s.account_id = p.payer_account_id
        AND sign(s.amount) = p.direction
    JOIN rating_charge c ON c.tenant_id = s.tenant_id AND c.recorded_month = s.recorded_month
        AND c.id = s.charge_id
    JOIN catalogue_price r ON r.id = c.price_id
    JOIN catalogue_price_list list ON list.id = r.price_list_id AND list.issuer_id = p.issuer_id
    JOIN metering_usage_record u ON u.tenant_id = c.tenant_id
        AND u.recorded_month = c.recorded_month AND u.id = c.usage_id
    JOIN metering_usage_import i ON i.id = u.import_id
    JOIN metering_usage_source source ON source.id = u.source_id
)
SELECT p.id AS posting_id, p.transaction_id, p.kind, p.reference, p.unit, p.amount AS posted,
    p.occurred_at, p.recorded_at, p.run_id, p.source_kind, p.source_subject, p.destination_kind,
    p.destination_subject,
    coalesce(source_organisation.code, source_programme.code) AS source_owner,
    coalesce(destination_organisation.code, destination_programme.code) AS destination_owner,
    count(line.charge_id) OVER () AS line_count,
    coalesce(sum(line.amount) OVER (), 0) AS line_total,
    line.*
FROM posting p
LEFT JOIN accounts_organisation source_organisation
    ON source_organisation.id = p.source_owner_id AND p.source_owner_kind <> 'programme'
LEFT JOIN subsidies_programme source_programme
    ON source_programme.id = p.source_owner_id AND p.source_owner_kind = 'programme'
LEFT JOIN accounts_organisation destination_organisation
    ON destination_organisation.id = p.destination_owner_id
    AND p.destination_owner_kind <> 'programme'
LEFT JOIN subsidies_programme destination_programme
    ON destination_programme.id = p.destination_owner_id
    AND p.destination_owner_kind = 'programme'
LEFT JOIN line ON true
ORDER BY line.charge_id
LIMIT %(limit)s
