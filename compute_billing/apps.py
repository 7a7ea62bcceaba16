from django.apps import AppConfig


class ComputeBillingConfig(AppConfig):
    name = "compute_billing"
    verbose_name = "算力计费"
    default_auto_field = "django.db.models.BigAutoField"
