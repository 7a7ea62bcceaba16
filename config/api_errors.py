"""The one map from a domain error's code to an HTTP status, and errors as RFC 9457.

Every error of the API is `application/problem+json` with a stable `code`. A 404 never says
more than that: an absent object and a foreign one get the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response

from kernel.errors import DomainError

CONTENT_TYPE: Final = "application/problem+json"
API_PREFIX: Final = "/api/"

# A refusal by the state of things is a conflict; only what differs stands here.
DEFAULT_STATUS: Final = HTTPStatus.CONFLICT
STATUS_BY_CODE: Final[Mapping[str, HTTPStatus]] = {
    "invalid_api_key": HTTPStatus.UNAUTHORIZED,
    "organisation_not_found": HTTPStatus.NOT_FOUND,
    "user_not_found": HTTPStatus.NOT_FOUND,
    "precondition_failed": HTTPStatus.PRECONDITION_FAILED,
    "unknown_source": HTTPStatus.NOT_FOUND,
    "unknown_import": HTTPStatus.NOT_FOUND,
    "unreadable_usage": HTTPStatus.BAD_REQUEST,
    "too_many_records": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "invitation_not_found": HTTPStatus.NOT_FOUND,
    "not_a_member": HTTPStatus.NOT_FOUND,
    "idempotency_key_missing": HTTPStatus.BAD_REQUEST,
    "idempotency_key_in_flight": HTTPStatus.CONFLICT,
    "idempotency_key_reused": HTTPStatus.UNPROCESSABLE_ENTITY,
    "malformed_cards": HTTPStatus.UNPROCESSABLE_ENTITY,
    "malformed_money": HTTPStatus.UNPROCESSABLE_ENTITY,
    "malformed_month": HTTPStatus.UNPROCESSABLE_ENTITY,
    "malformed_period": HTTPStatus.UNPROCESSABLE_ENTITY,
    "malformed_seal_head": HTTPStatus.UNPROCESSABLE_ENTITY,
    "malformed_uscc": HTTPStatus.UNPROCESSABLE_ENTITY,
    "currency_mismatch": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unable_to_issue_api_key": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unable_to_give_scopes": HTTPStatus.FORBIDDEN,
    "owners_by_people_only": HTTPStatus.FORBIDDEN,
    "not_in_a_sandbox": HTTPStatus.FORBIDDEN,
    "unable_to_top_up_sandbox": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unknown_api_key": HTTPStatus.NOT_FOUND,
    "unknown_usage": HTTPStatus.NOT_FOUND,
    "unknown_invoice": HTTPStatus.NOT_FOUND,
    "unknown_statement": HTTPStatus.NOT_FOUND,
    "unknown_payout": HTTPStatus.NOT_FOUND,
    "unknown_retry": HTTPStatus.NOT_FOUND,
    "unknown_conflict": HTTPStatus.NOT_FOUND,
    "unknown_usage_dispute": HTTPStatus.NOT_FOUND,
    "algorithm_not_found": HTTPStatus.NOT_FOUND,
    "algorithm_version_not_found": HTTPStatus.NOT_FOUND,
    "upload_refused": HTTPStatus.UNPROCESSABLE_ENTITY,
    "certificate_not_found": HTTPStatus.NOT_FOUND,
    "proof_not_found": HTTPStatus.NOT_FOUND,
    "malformed_version_number": HTTPStatus.UNPROCESSABLE_ENTITY,
    "malformed_manifest": HTTPStatus.UNPROCESSABLE_ENTITY,
    "malformed_dossier": HTTPStatus.UNPROCESSABLE_ENTITY,
    "malformed_proof_number": HTTPStatus.UNPROCESSABLE_ENTITY,
    "application_not_found": HTTPStatus.NOT_FOUND,
    "malformed_declaration": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unable_to_apply": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unable_to_add_paper": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unable_to_submit_application": HTTPStatus.UNPROCESSABLE_ENTITY,
    "contract_out_of_sight": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unable_to_propose_decision": HTTPStatus.UNPROCESSABLE_ENTITY,
    "application_changed": HTTPStatus.PRECONDITION_FAILED,
    "unable_to_dispute": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unable_to_answer_dispute": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unknown_totals": HTTPStatus.NOT_FOUND,
    "unknown_price_draft": HTTPStatus.NOT_FOUND,
    "claim_not_found": HTTPStatus.NOT_FOUND,
    "unknown_claim_line": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unable_to_publish_price": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unable_to_deliver_totals": HTTPStatus.UNPROCESSABLE_ENTITY,
    "billing_month_missing": HTTPStatus.UNPROCESSABLE_ENTITY,
    "malformed_cursor": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unknown_webhook_endpoint": HTTPStatus.NOT_FOUND,
    "unknown_webhook_delivery": HTTPStatus.NOT_FOUND,
    "second_factor_missing": HTTPStatus.FORBIDDEN,
    "unknown_top_up": HTTPStatus.NOT_FOUND,
    "unknown_refund": HTTPStatus.NOT_FOUND,
    "unable_to_top_up": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unable_to_remit": HTTPStatus.NOT_FOUND,
    "unable_to_set_auto_top_up": HTTPStatus.UNPROCESSABLE_ENTITY,
    "payments_not_set_up": HTTPStatus.SERVICE_UNAVAILABLE,
    "webhook_url_refused": HTTPStatus.UNPROCESSABLE_ENTITY,
    "hold_not_found": HTTPStatus.NOT_FOUND,
    "unable_to_hold": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unable_to_quote": HTTPStatus.UNPROCESSABLE_ENTITY,
    "insufficient_funds": HTTPStatus.PAYMENT_REQUIRED,
    "unable_to_set_credit": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unable_to_decide_credit": HTTPStatus.CONFLICT,
    "budget_exhausted": HTTPStatus.PAYMENT_REQUIRED,
    "budget_not_found": HTTPStatus.NOT_FOUND,
    "algorithm_changed": HTTPStatus.PRECONDITION_FAILED,
    "budget_changed": HTTPStatus.PRECONDITION_FAILED,
    "procurement_changed": HTTPStatus.PRECONDITION_FAILED,
    "unable_to_set_budget": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unknown_package": HTTPStatus.NOT_FOUND,
    "unknown_package_offer": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unknown_package_offer_draft": HTTPStatus.NOT_FOUND,
    "unable_to_propose_package_offer": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unable_to_order_package": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unknown_einvoice": HTTPStatus.NOT_FOUND,
    "unknown_invoice_title": HTTPStatus.NOT_FOUND,
    "unable_to_keep_procurement": HTTPStatus.CONFLICT,
    "unable_to_request_einvoice": HTTPStatus.UNPROCESSABLE_ENTITY,
    "malformed_einvoice_number": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unable_to_listen": HTTPStatus.UNPROCESSABLE_ENTITY,
    "subsidy_not_found": HTTPStatus.NOT_FOUND,
    "programme_version_not_found": HTTPStatus.NOT_FOUND,
    "cash_day_not_found": HTTPStatus.NOT_FOUND,
    "cash_difference_unknown": HTTPStatus.NOT_FOUND,
    "unknown_bank_statement": HTTPStatus.NOT_FOUND,
    "unknown_bank_line": HTTPStatus.NOT_FOUND,
    "unknown_cluster": HTTPStatus.NOT_FOUND,
}

CODE_BY_STATUS: Final[Mapping[int, str]] = {
    400: "malformed_request",
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    412: "precondition_failed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid_request",
    428: "precondition_required",
    429: "too_many_requests",
    500: "internal_error",
}

NOT_FOUND_DETAIL: Final = "There is no such object."


def status_of(code: str) -> HTTPStatus:
    """Return the HTTP status of a domain error's code."""
    return STATUS_BY_CODE.get(code, DEFAULT_STATUS)


def problem(
    *, status: int, code: str, detail: str, extra: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the members of a problem document; `code` is what programs may rely on."""
    return {
        "type": f"urn:suanji:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
        **(extra or {}),
    }


def handle_exception(error: Exception, _context: Mapping[str, Any]) -> Response | None:
    """Answer an anticipated error; anything else is a bug and goes up as one."""
    if isinstance(error, DomainError):
        return _domain_response(error)
    if isinstance(error, Http404 | exceptions.NotFound):
        return _not_found_response()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.ValidationError):
        return _validation_response(error)
    if isinstance(error, exceptions.APIException):
        return _api_response(error)
    return None


def _response(body: dict[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        body, status=body["status"], headers=dict(headers or {}), content_type=CONTENT_TYPE
    )


def _domain_response(error: DomainError) -> Response:
    status = status_of(error.code)
    if status == HTTPStatus.NOT_FOUND:
        return _not_found_response()
    extra = {"details": error.details} if error.details else {}
    return _response(problem(status=status, code=error.code, detail=error.message, extra=extra))


def _not_found_response() -> Response:
    return _response(problem(status=404, code="not_found", detail=NOT_FOUND_DETAIL))


def _validation_response(error: exceptions.ValidationError) -> Response:
    extra = {"errors": list(_field_errors(error.get_full_details(), pointer=""))}
    detail = "The request is well formed and its content is not valid: see errors."
    return _response(problem(status=422, code="invalid_request", detail=detail, extra=extra))


def _field_errors(details: Any, *, pointer: str) -> list[dict[str, str]]:
    """Flatten DRF's nested details into JSON pointers (RFC 6901)."""
    if isinstance(details, Mapping) and set(details) == {"message", "code"}:
        return [
            {
                "pointer": pointer or "/",
                "code": str(details["code"]),
                "detail": str(details["message"]),
            }
        ]
    if isinstance(details, Mapping):
        return [
            found
            for key, inner in details.items()
            for found in _field_errors(inner, pointer=_pointer(pointer, key))
        ]
    if isinstance(details, list):
        leaves = all(
            isinstance(item, Mapping) and set(item) == {"message", "code"} for item in details
        )
        return [
            found
            for position, item in enumerate(details)
            for found in _field_errors(item, pointer=pointer if leaves else f"{pointer}/{position}")
        ]
    return []


def _pointer(pointer: str, key: object) -> str:
    if key == "non_field_errors":
        return pointer
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def _api_response(error: exceptions.APIException) -> Response:
    headers = {}
    challenge = getattr(error, "auth_header", None)
    if challenge:
        headers["WWW-Authenticate"] = str(challenge)
    wait = getattr(error, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(max(1, int(wait)))
    code = CODE_BY_STATUS.get(error.status_code, "error")
    detail_code = getattr(error.detail, "code", None)
    if detail_code == "invalid_api_key":
        code = detail_code
    body = problem(status=error.status_code, code=code, detail=str(error.detail))
    return _response(body, headers)


def _plain_problem(*, status: int, detail: str) -> JsonResponse:
    body = problem(status=status, code=CODE_BY_STATUS[status], detail=detail)
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


def second_factor_missing() -> JsonResponse:
    """Answer staff whose session showed no second factor of late."""
    detail = (
        "Staff show a second factor before they act, again after "
        f"{settings.STAFF_FACTOR_HOURS} hours: confirm it in the portal first."
    )
    body = problem(status=403, code="second_factor_missing", detail=detail)
    return JsonResponse(body, status=403, content_type=CONTENT_TYPE)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that no pattern has: a problem below /api/, a page elsewhere."""
    if request.path.startswith(API_PREFIX):
        return _plain_problem(status=404, detail=NOT_FOUND_DETAIL)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a bug without telling about it: a problem below /api/, a page elsewhere."""
    if request.path.startswith(API_PREFIX):
        return _plain_problem(status=500, detail="Something failed here; it has been logged.")
    return defaults.server_error(request)
