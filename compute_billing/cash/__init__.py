"""What lies at Stripe and at banks, as they say and as the books say."""
