"""Where Stripe tells what happened: verified, stored, answered; handled by a worker."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from compute_billing.payments import operations
from compute_billing.payments.stripe_gateway import SignatureInvalid, read_event
from kernel.clock import utc_now

SIGNATURE: Final = "Stripe-Signature"


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Store an event and answer at once; the same event again is answered the same.

    Where it could not be stored, the answer is an error and Stripe tells it again.
    """
    try:
        told = read_event(request.body, signature=request.headers.get(SIGNATURE, ""))
    except SignatureInvalid:
        return HttpResponse("invalid signature", status=400, content_type="text/plain")
    operations.keep(told=told, now=utc_now())
    return HttpResponse(status=204)
