"""An organisation's sandbox as an organisation: made, found, replaced (docs/adr/0037)."""
