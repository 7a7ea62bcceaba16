-- Nothing of Stripe stands here twice: an event, a payment, a charge, a refund, a balance entry.
SELECT 'event' AS what, event AS name, count(*) AS times FROM payments_stripe_event
GROUP BY event HAVING count(*) > 1
UNION ALL
SELECT 'intent', stripe_intent, count(*) FROM payments_payment
WHERE stripe_intent <> '' GROUP BY stripe_intent HAVING count(*) > 1
UNION ALL
SELECT 'charge', stripe_charge, count(*) FROM payments_payment
WHERE stripe_charge <> '' GROUP BY stripe_charge HAVING count(*) > 1
UNION ALL
SELECT 'balance', stripe_balance_transaction, count(*) FROM payments_payment
WHERE stripe_balance_transaction <> '' GROUP BY stripe_balance_transaction HAVING count(*) > 1
UNION ALL
SELECT 'refund', stripe_refund, count(*) FROM payments_refund
WHERE stripe_refund <> '' GROUP BY stripe_refund HAVING count(*) > 1
ORDER BY 1, 2
LIMIT %(limit)s
