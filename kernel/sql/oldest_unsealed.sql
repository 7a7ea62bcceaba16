-- When the entry that has waited longest for a seal was recorded; null when none waits.
SELECT min(entry.recorded_at) AS recorded_at
  FROM kernel_audit_entry AS entry
 WHERE NOT EXISTS (SELECT FROM kernel_seal_entry AS link WHERE link.entry_id = entry.id)
