-- Books, partitions included, that the current role owns or may change.
SELECT DISTINCT trig.tgrelid::regclass::text AS name
  FROM pg_trigger AS trig
  JOIN pg_class AS class ON class.oid = trig.tgrelid
 CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS privilege
 WHERE trig.tgname = 'refuse_change'
   AND (class.relowner = current_user::regrole
        OR has_table_privilege(class.oid, privilege))
 ORDER BY name
