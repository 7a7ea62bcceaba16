-- Versions whose text is not what was hashed, and terms that nobody activated or that overlap.
SELECT *
FROM (
    SELECT v.code, v.number, 'the document is not what was hashed' AS problem
    FROM programmes_version v
    WHERE v.sha256 <> encode(sha256(v.document), 'hex')
    UNION ALL
    SELECT v.code, v.number, 'in force without an activation'
    FROM programmes_term t
    JOIN programmes_version v ON v.id = t.version_id
    LEFT JOIN programmes_version_decision d ON d.version_id = t.version_id
    WHERE d.decision IS DISTINCT FROM 'activated' OR d.decided_at <> t.starts_at OR t.code <> v.code
    UNION ALL
    SELECT v.code, v.number, 'activated and never in force'
    FROM programmes_version_decision d
    JOIN programmes_version v ON v.id = d.version_id
    LEFT JOIN programmes_term t ON t.version_id = d.version_id
    WHERE d.decision = 'activated' AND t.version_id IS NULL
    UNION ALL
    SELECT v.code, v.number, 'two versions in force at once'
    FROM programmes_term t
    JOIN programmes_version v ON v.id = t.version_id
    JOIN programmes_term o ON o.code = t.code AND o.version_id < t.version_id
    WHERE tstzrange(t.starts_at, t.ends_at) && tstzrange(o.starts_at, o.ends_at)
) broken
ORDER BY code, number, problem
LIMIT %(limit)s
