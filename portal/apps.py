"""The Django app of the portal."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers the portal under the label "portal"."""

    name = "portal"
    label = "portal"
