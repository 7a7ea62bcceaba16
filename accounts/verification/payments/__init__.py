"""对公打款: a small payment proves that the corporate account is the organisation's."""
