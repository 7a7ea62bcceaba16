-- The invitation that has waited longest, marked before it is sent; of one that ended, none is sent.
WITH next AS (
    SELECT invitation.id
    FROM accounts_invitation invitation
    WHERE invitation.mail_state = 'waiting' AND invitation.mail_next_at <= %(now)s
        AND invitation.accepted_at IS NULL AND invitation.revoked_at IS NULL
        AND invitation.expires_at > %(now)s
    ORDER BY invitation.mail_next_at, invitation.id
    LIMIT 1
    FOR NO KEY UPDATE OF invitation SKIP LOCKED
)
UPDATE accounts_invitation invitation
SET mail_state = 'sending', mail_claimed_at = %(now)s, mail_next_at = NULL,
    mail_attempts = invitation.mail_attempts + 1
FROM next WHERE invitation.id = next.id
RETURNING invitation.id
