"""Django's entry to the kernel app."""

from django.apps import AppConfig

from kernel.checks import register_checks


class KernelConfig(AppConfig):
    """Tables that every layer above writes to: audit, outbox, idempotency, files, months."""

    name = "kernel"
    label = "kernel"
    verbose_name = "Kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        register_checks()
