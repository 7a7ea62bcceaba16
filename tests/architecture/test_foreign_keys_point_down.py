"""Foreign keys follow the import order; import-linter cannot see one that is a string."""

from __future__ import annotations

from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField, Model

# A number may point to the same or a lower number. Rooms of one storey do not see each other.
STOREYS = {
    "portal": 100,
    "marketplace": 90,
    "compute_billing.audit": 80,
    "compute_billing.settlement": 70,
    "compute_billing.receivables": 70,
    "compute_billing.disputes": 65,
    "compute_billing.applications": 64,
    "compute_billing.einvoices": 62,
    "compute_billing.invoices": 60,
    "compute_billing.cash": 55,
    "compute_billing.payouts": 52,
    "compute_billing.rating": 50,
    "compute_billing.packages": 50,
    "compute_billing.payments": 50,
    "compute_billing.bank": 50,
    "compute_billing.sandboxes": 50,
    "compute_billing.programmes": 45,
    "compute_billing.metering": 40,
    "compute_billing.budgets": 40,
    "compute_billing.subsidies": 40,
    "compute_billing.ledger": 35,
    "compute_billing.catalogue": 30,
    "compute_billing.contracts": 30,
    "accounts": 20,
    "kernel": 10,
}


def home(model: type[Model]) -> str | None:
    """Return the room or package a model belongs to, None for one that is not ours."""
    parts = model.__module__.split(".")
    for length in (2, 1):
        place = ".".join(parts[:length])
        if place in STOREYS:
            return place
    return None


def references() -> list[tuple[str, str, str]]:
    found = []
    for model in apps.get_models(include_auto_created=True):
        place = home(model)
        if place is None:
            continue
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey | ManyToManyField):
                target = home(field.related_model)
                if target is not None:
                    found.append((f"{model.__name__}.{field.name}", place, target))
    return found


def test_every_model_of_ours_has_a_storey() -> None:
    ours = ("config", "portal", "marketplace", "compute_billing", "accounts", "kernel")
    homeless = [
        model.__name__
        for model in apps.get_models()
        if model.__module__.split(".")[0] in ours and home(model) is None
    ]

    assert homeless == []


def test_foreign_keys_point_down() -> None:
    upwards = [
        f"{field}: {place} -> {target}"
        for field, place, target in references()
        if place != target and STOREYS[place] <= STOREYS[target]
    ]

    assert upwards == []
    assert len(references()) > 0
