"""Operations about who pays: customers, payment methods, intents and Checkout Sessions."""

from typing import Final

from local_stripe import checkout, customers, payment_intents, payment_methods, setup_intents
from local_stripe.routing import CREATED, ONE, PAGE, route

_BILLING: Final = "type billing_details card.token alipay wechat_pay metadata"
_INTENT: Final = (
    "amount currency customer description metadata payment_method receipt_email"
    " setup_future_usage shipping statement_descriptor statement_descriptor_suffix transfer_group"
    " expand"
)
_METHOD_DATA: Final = " ".join(
    f"payment_method_data.{name}" for name in _BILLING.split() if name != "card.token"
)
_OPTIONS: Final = (
    "payment_method_options.wechat_pay payment_method_options.alipay"
    " payment_method_options.card.request_three_d_secure"
)
_CONFIRM: Final = (
    f"payment_method {_METHOD_DATA} {_OPTIONS} error_on_requires_action off_session receipt_email"
    " return_url setup_future_usage shipping use_stripe_sdk expand"
)
_CUSTOMER: Final = "address description email name phone preferred_locales shipping metadata expand"
_SETUP: Final = "customer description metadata payment_method return_url usage expand confirm"

ROUTES: Final = (
    route("POST", "customers", "CustomerCreateParams", customers.create, _CUSTOMER),
    route("GET", "customers", "CustomerListParams", customers.listed, f"{CREATED} email"),
    route("GET", "customers/{id}", "CustomerRetrieveParams", customers.retrieve, ONE),
    route(
        "POST",
        "customers/{id}",
        "CustomerUpdateParams",
        customers.update,
        f"{_CUSTOMER} invoice_settings.default_payment_method",
    ),
    route("DELETE", "customers/{id}", "CustomerDeleteParams", customers.delete, ""),
    route(
        "GET",
        "customers/{id}/payment_methods",
        "CustomerPaymentMethodListParams",
        payment_methods.of_customer,
        f"{PAGE} type",
    ),
    route("POST", "payment_methods", "PaymentMethodCreateParams", payment_methods.create, _BILLING),
    route(
        "GET",
        "payment_methods",
        "PaymentMethodListParams",
        payment_methods.listed,
        f"{PAGE} customer type",
    ),
    route(
        "GET",
        "payment_methods/{id}",
        "PaymentMethodRetrieveParams",
        payment_methods.retrieve,
        ONE,
    ),
    route(
        "POST",
        "payment_methods/{id}",
        "PaymentMethodUpdateParams",
        payment_methods.update,
        "billing_details metadata expand",
    ),
    route(
        "POST",
        "payment_methods/{id}/attach",
        "PaymentMethodAttachParams",
        payment_methods.attach_to,
        "customer expand",
    ),
    route(
        "POST",
        "payment_methods/{id}/detach",
        "PaymentMethodDetachParams",
        payment_methods.detach,
        ONE,
    ),
    route(
        "POST",
        "setup_intents",
        "SetupIntentCreateParams",
        setup_intents.create,
        f"{_SETUP} allowed_payment_method_types automatic_payment_methods",
    ),
    route(
        "GET",
        "setup_intents",
        "SetupIntentListParams",
        setup_intents.listed,
        f"{CREATED} customer payment_method",
    ),
    route("GET", "setup_intents/{id}", "SetupIntentRetrieveParams", setup_intents.retrieve, ONE),
    route(
        "POST",
        "setup_intents/{id}",
        "SetupIntentUpdateParams",
        setup_intents.update,
        "description metadata expand",
    ),
    route(
        "POST",
        "setup_intents/{id}/confirm",
        "SetupIntentConfirmParams",
        setup_intents.confirm,
        "payment_method return_url use_stripe_sdk expand",
    ),
    route(
        "POST",
        "setup_intents/{id}/cancel",
        "SetupIntentCancelParams",
        setup_intents.cancel,
        "cancellation_reason expand",
    ),
    route(
        "POST",
        "payment_intents",
        "PaymentIntentCreateParams",
        payment_intents.create,
        f"{_INTENT} {_CONFIRM} allowed_payment_method_types automatic_payment_methods"
        " capture_method confirm confirmation_method",
    ),
    route(
        "GET",
        "payment_intents",
        "PaymentIntentListParams",
        payment_intents.listed,
        f"{CREATED} customer",
    ),
    route(
        "GET",
        "payment_intents/{id}",
        "PaymentIntentRetrieveParams",
        payment_intents.retrieve,
        "expand client_secret",
    ),
    route(
        "POST",
        "payment_intents/{id}",
        "PaymentIntentUpdateParams",
        payment_intents.update,
        _INTENT,
    ),
    route(
        "POST",
        "payment_intents/{id}/confirm",
        "PaymentIntentConfirmParams",
        payment_intents.confirm,
        _CONFIRM,
    ),
    route(
        "POST",
        "payment_intents/{id}/cancel",
        "PaymentIntentCancelParams",
        payment_intents.cancel,
        "cancellation_reason expand",
    ),
    route(
        "POST",
        "checkout/sessions",
        "checkout.SessionCreateParams",
        checkout.create,
        "mode line_items.quantity line_items.price_data.currency line_items.price_data.unit_amount"
        " line_items.price_data.product_data.name line_items.price_data.product_data.description"
        " success_url cancel_url client_reference_id customer customer_creation customer_email"
        " currency expires_at locale metadata submit_type expand allowed_payment_method_types"
        " payment_intent_data.metadata payment_intent_data.description"
        " payment_intent_data.setup_future_usage payment_intent_data.transfer_group"
        " setup_intent_data.metadata setup_intent_data.description"
        " payment_method_options.wechat_pay",
    ),
    route(
        "GET",
        "checkout/sessions",
        "checkout.SessionListParams",
        checkout.listed,
        f"{CREATED} customer payment_intent status",
    ),
    route(
        "GET",
        "checkout/sessions/{id}",
        "checkout.SessionRetrieveParams",
        checkout.retrieve,
        ONE,
    ),
    route(
        "POST",
        "checkout/sessions/{id}",
        "checkout.SessionUpdateParams",
        checkout.update,
        "metadata expand",
    ),
    route(
        "POST",
        "checkout/sessions/{id}/expire",
        "checkout.SessionExpireParams",
        checkout.expire,
        ONE,
    ),
    route(
        "GET",
        "checkout/sessions/{id}/line_items",
        "checkout.SessionListLineItemsParams",
        checkout.line_items,
        PAGE,
    ),
)
