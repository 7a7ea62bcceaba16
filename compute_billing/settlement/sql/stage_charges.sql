-- The subsidised charges behind some bills of a month and their credit notes. A table of its own, because it is analysed
-- before shares are joined to it: right after a large load nobody has told the planner yet how
-- many charges there are. The table lives for one transaction.
DROP TABLE IF EXISTS pg_temp.claimable_charge;
CREATE TEMP TABLE claimable_charge ON COMMIT DROP AS
SELECT charge.tenant_id, charge.recorded_month, charge.id AS charge_id,
    invoice.issuer_id AS claimant_id, charge.gross - charge.discount AS net,
    charge.reverses_id AS adjusts_charge_id
FROM (
    SELECT DISTINCT tenant_id, issuer_id FROM invoices_invoice WHERE id = ANY(%(invoice_ids)s)
) invoice
JOIN rating_charge charge ON charge.tenant_id = invoice.tenant_id
JOIN catalogue_price price ON price.id = charge.price_id
JOIN catalogue_price_list list
    ON list.id = price.price_list_id AND list.issuer_id = invoice.issuer_id
WHERE charge.recorded_month BETWEEN %(recorded_from)s AND %(recorded_to)s
    AND charge.booked_month = %(month)s
    AND charge.programme <> 0
