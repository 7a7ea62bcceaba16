"""Addresses of accounts below /api/v1/."""

from django.urls import path

from accounts.keys import api as keys

urlpatterns = [
    path("keys", keys.Keys.as_view(), name="keys"),
    path("keys/<uuid:key_id>/revoke", keys.KeyRevocation.as_view(), name="key-revoke"),
    path("keys/<uuid:key_id>/rotate", keys.KeyRotation.as_view(), name="key-rotate"),
]
