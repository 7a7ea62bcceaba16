"""The Django app of the marketplace."""

from __future__ import annotations

from django.apps import AppConfig


class MarketplaceConfig(AppConfig):
    """Registers the marketplace under the label "marketplace"."""

    name = "marketplace"
    label = "marketplace"
