"""Operations about the money: charges, refunds, disputes, balance, payees, and what is told."""

from typing import Final

from local_stripe import (
    accounts,
    charges,
    disputes,
    money,
    payouts,
    refunds,
    transfers,
    webhook_endpoints,
)
from local_stripe.routing import CREATED, ONE, PAGE, Route, route

MONEY: Final = (
    route(
        "GET",
        "charges",
        "ChargeListParams",
        charges.listed,
        f"{CREATED} customer payment_intent transfer_group",
    ),
    route("GET", "charges/{id}", "ChargeRetrieveParams", charges.retrieve, ONE),
    route(
        "POST",
        "charges/{id}",
        "ChargeUpdateParams",
        charges.update,
        "description metadata expand",
    ),
    route(
        "POST",
        "refunds",
        "RefundCreateParams",
        refunds.create,
        "amount charge payment_intent reason metadata expand",
    ),
    route(
        "GET",
        "refunds",
        "RefundListParams",
        refunds.listed,
        f"{CREATED} charge payment_intent",
    ),
    route("GET", "refunds/{id}", "RefundRetrieveParams", refunds.retrieve, ONE),
    route("POST", "refunds/{id}", "RefundUpdateParams", refunds.update, "metadata expand"),
    route("GET", "balance", "BalanceRetrieveParams", money.retrieve_balance, ONE),
    route(
        "GET",
        "balance_transactions",
        "BalanceTransactionListParams",
        money.listed,
        f"{CREATED} currency payout source type",
    ),
    route(
        "GET",
        "balance_transactions/{id}",
        "BalanceTransactionRetrieveParams",
        money.retrieve,
        ONE,
    ),
)

EVENTS: Final = (
    route(
        "GET",
        "events",
        "EventListParams",
        webhook_endpoints.list_events,
        f"{CREATED} type types",
    ),
    route("GET", "events/{id}", "EventRetrieveParams", webhook_endpoints.retrieve_event, ONE),
    route(
        "POST",
        "webhook_endpoints",
        "WebhookEndpointCreateParams",
        webhook_endpoints.create,
        "connect description enabled_events metadata url expand api_version",
    ),
    route(
        "GET",
        "webhook_endpoints",
        "WebhookEndpointListParams",
        webhook_endpoints.listed,
        PAGE,
    ),
    route(
        "GET",
        "webhook_endpoints/{id}",
        "WebhookEndpointRetrieveParams",
        webhook_endpoints.retrieve,
        ONE,
    ),
    route(
        "POST",
        "webhook_endpoints/{id}",
        "WebhookEndpointUpdateParams",
        webhook_endpoints.update,
        "description disabled enabled_events metadata url expand",
    ),
    route(
        "DELETE",
        "webhook_endpoints/{id}",
        "WebhookEndpointDeleteParams",
        webhook_endpoints.delete,
        "",
    ),
)


DISPUTES: Final = (
    route(
        "GET", "disputes", "DisputeListParams", disputes.listed, f"{CREATED} charge payment_intent"
    ),
    route("GET", "disputes/{id}", "DisputeRetrieveParams", disputes.retrieve, ONE),
    route(
        "POST",
        "disputes/{id}",
        "DisputeUpdateParams",
        disputes.update,
        "evidence metadata submit expand",
    ),
    route("POST", "disputes/{id}/close", "DisputeCloseParams", disputes.close, ONE),
)

CONNECT: Final = (
    route("GET", "account", "AccountRetrieveCurrentParams", accounts.platform, ONE),
    route(
        "POST",
        "accounts",
        "AccountCreateParams",
        accounts.create,
        "business_profile business_type capabilities controller country default_currency email"
        " metadata type expand",
    ),
    route("GET", "accounts", "AccountListParams", accounts.listed, CREATED),
    route("GET", "accounts/{id}", "AccountRetrieveParams", accounts.retrieve, ONE),
    route(
        "POST",
        "accounts/{id}",
        "AccountUpdateParams",
        accounts.update,
        "business_profile email metadata expand",
    ),
    route("DELETE", "accounts/{id}", "AccountDeleteParams", accounts.delete, ""),
    route(
        "GET",
        "accounts/{id}/capabilities",
        "AccountCapabilityListParams",
        accounts.capabilities,
        ONE,
    ),
    route(
        "POST",
        "account_links",
        "AccountLinkCreateParams",
        accounts.link,
        "account refresh_url return_url type collect collection_options expand",
    ),
    route(
        "POST",
        "transfers",
        "TransferCreateParams",
        transfers.create,
        "amount currency description destination metadata source_transaction transfer_group expand",
    ),
    route(
        "GET",
        "transfers",
        "TransferListParams",
        transfers.listed,
        f"{CREATED} destination transfer_group",
    ),
    route("GET", "transfers/{id}", "TransferRetrieveParams", transfers.retrieve, ONE),
    route(
        "POST",
        "transfers/{id}",
        "TransferUpdateParams",
        transfers.update,
        "description metadata expand",
    ),
    route(
        "POST",
        "transfers/{id}/reversals",
        "TransferReversalCreateParams",
        transfers.reverse,
        "amount metadata expand",
    ),
    route(
        "GET", "transfers/{id}/reversals", "TransferReversalListParams", transfers.reversals, PAGE
    ),
    route(
        "POST",
        "payouts",
        "PayoutCreateParams",
        payouts.create,
        "amount currency description metadata method statement_descriptor expand",
    ),
    route(
        "GET",
        "payouts",
        "PayoutListParams",
        payouts.listed,
        f"{CREATED} arrival_date destination status",
    ),
    route("GET", "payouts/{id}", "PayoutRetrieveParams", payouts.retrieve, ONE),
    route("POST", "payouts/{id}", "PayoutUpdateParams", payouts.update, "metadata expand"),
    route("POST", "payouts/{id}/cancel", "PayoutCancelParams", payouts.cancel, ONE),
)

ROUTES: Final[tuple[Route, ...]] = (*MONEY, *DISPUTES, *EVENTS, *CONNECT)
