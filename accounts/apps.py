"""Django's entry to the accounts app."""

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, organisations, memberships, staff roles, API keys."""

    name = "accounts"
    label = "accounts"
    verbose_name = "Accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the authentication known to the OpenAPI description."""
        import_module("accounts.api_schema")
