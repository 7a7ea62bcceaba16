-- Entries that no seal covers, oldest id first. The link table says so, not the ids:
-- a lower id may commit after a higher one was sealed.
SELECT entry.*
  FROM kernel_audit_entry AS entry
 WHERE NOT EXISTS (SELECT FROM kernel_seal_entry AS link WHERE link.entry_id = entry.id)
 ORDER BY entry.id
 LIMIT %(limit)s
