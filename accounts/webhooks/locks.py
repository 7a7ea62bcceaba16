"""Row locks of webhooks: the endpoint first, then its delivery."""

from accounts.webhooks.models import WebhookDelivery, WebhookEndpoint
from kernel.transactions import transaction_required


@transaction_required
def lock_endpoint(endpoint_id: int) -> WebhookEndpoint:
    """Lock an endpoint: who changes it comes one after the other."""
    return WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint_id)


@transaction_required
def lock_delivery(delivery_id: int) -> WebhookDelivery:
    """Lock a delivery."""
    return WebhookDelivery.objects.select_for_update(no_key=True).get(pk=delivery_id)
