-- The e-mail that has waited longest, marked before it is sent; of people who left, none is sent.
WITH next AS (
    SELECT notification.id
    FROM accounts_notification notification
    JOIN accounts_user person ON person.id = notification.user_id AND person.is_active
    WHERE notification.mail_state = 'waiting' AND notification.mail_next_at <= %(now)s
    ORDER BY notification.mail_next_at, notification.id
    LIMIT 1
    FOR NO KEY UPDATE OF notification SKIP LOCKED
)
UPDATE accounts_notification notification
SET mail_state = 'sending', mail_claimed_at = %(now)s, mail_next_at = NULL,
    mail_attempts = notification.mail_attempts + 1
FROM next WHERE notification.id = next.id
RETURNING notification.id
