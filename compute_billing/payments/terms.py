"""On what terms this house takes payments: read from the settings, in the units of the books."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from kernel.errors import DomainError

FEN_PER_YUAN = 100


class PaymentsNotSetUp(DomainError):
    """This installation has no key of a payment provider."""

    code = "payments_not_set_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How much may be paid at once, by which methods, and where the money lies."""

    least_fen: int
    most_fen: int
    methods: tuple[str, ...]
    custody: str
    portal: str

    def return_address(self, payment: UUID) -> str:
        """Return where the payer comes back to, whatever he did."""
        return f"{self.portal}/payments/{payment}"


def terms() -> Terms:
    """Return the terms.

    Raises:
        PaymentsNotSetUp: no key is set.
    """
    if not is_set_up():
        message = "Payments are not set up here: pay by bank transfer, or ask the operator."
        raise PaymentsNotSetUp(message)
    return Terms(
        least_fen=settings.TOP_UP_MIN_YUAN * FEN_PER_YUAN,
        most_fen=settings.TOP_UP_MAX_YUAN * FEN_PER_YUAN,
        methods=tuple(settings.STRIPE_METHODS),
        custody=f"stripe:{settings.STRIPE_ACCOUNT}",
        portal=settings.PORTAL_ADDRESS,
    )


def is_set_up() -> bool:
    """Say whether payments can be taken."""
    return bool(settings.STRIPE_API_KEY)
