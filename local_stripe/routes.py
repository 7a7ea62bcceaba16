"""What of Stripe this process keeps: every operation, and the parameters that it takes.

A parameter that Stripe has and that is not listed is refused as not kept, so that nothing is
silently ignored. The README's table is this list.
"""

from typing import Final

from local_stripe import money_routes, payment_routes

ROUTES: Final = (*payment_routes.ROUTES, *money_routes.ROUTES)
