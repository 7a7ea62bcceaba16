"""Notifications: what somebody should know, in his inbox and by e-mail, in his language."""
