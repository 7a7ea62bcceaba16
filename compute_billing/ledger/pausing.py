"""Stop a tenant's spending, and let it go on."""

from compute_billing.ledger.locks import lock_wallet
from compute_billing.ledger.models import Wallet
from kernel.transactions import transaction_required


@transaction_required
def pause(*, tenant_id: int, reason: str) -> None:
    """Pause spending for a reason (a code); a wallet that is paused already keeps its reason."""
    lock_wallet(tenant_id)
    Wallet.objects.filter(tenant_id=tenant_id, paused_reason="").update(paused_reason=reason)


@transaction_required
def resume(*, tenant_id: int, reason: str) -> None:
    """Let spending go on if it was paused for this reason; other reasons stay."""
    lock_wallet(tenant_id)
    Wallet.objects.filter(tenant_id=tenant_id, paused_reason=reason).update(paused_reason="")
