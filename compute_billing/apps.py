from django.apps import AppConfig

from compute_billing.payments import checks


class ComputeBillingConfig(AppConfig):
    name = "compute_billing"
    verbose_name = "算力计费"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let Django check the settings of payments."""
        checks.register_checks()
