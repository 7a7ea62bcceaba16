-- A file of e-invoices has the hash it had when it was handed over, and holds as many as it says.
SELECT f.public_id::text AS file, CASE
    WHEN encode(sha256(convert_to(f.content, 'UTF8')), 'hex') <> f.sha256 THEN 'other bytes'
    ELSE 'other e-invoices' END AS problem
FROM einvoices_file f
LEFT JOIN (
    SELECT file_id, count(*) AS einvoices FROM einvoices_einvoice
    WHERE file_id IS NOT NULL GROUP BY file_id
) held ON held.file_id = f.id
WHERE encode(sha256(convert_to(f.content, 'UTF8')), 'hex') <> f.sha256
    OR held.einvoices IS DISTINCT FROM f.einvoices
ORDER BY 1
LIMIT %(limit)s
