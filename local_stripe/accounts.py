"""Connect: accounts of payees, what Stripe still wants to know of them, and the onboarding page."""

from typing import Any, Final

from local_stripe.call import Call
from local_stripe.customers import merged
from local_stripe.errors import InvalidRequest, NotKept
from local_stripe.identifiers import token
from local_stripe.store import Body

CAPABILITIES: Final = ("transfers", "card_payments")
_LINK_SECONDS: Final = 300
_WANTED: Final = ("external_account", "tos_acceptance.date", "tos_acceptance.ip")


def create(call: Call) -> Body:
    """Answer POST /v1/accounts."""
    params = call.params
    wanted = params.get("capabilities") or {}
    for name in wanted:
        if name not in CAPABILITIES:
            raise NotKept(
                f"local_stripe has no capability {name!r}.", param=f"capabilities[{name}]"
            )
    country = params.get("country", call.settings.country)
    key = f"acct_{token(16)}"
    account = call.create(
        "account",
        key,
        business_profile=_profile(params.get("business_profile") or {}),
        business_type=params.get("business_type"),
        capabilities=dict.fromkeys(wanted, "inactive"),
        charges_enabled=False,
        controller=params.get("controller") or {"type": "application"},
        country=country,
        default_currency=params.get("default_currency", "hkd"),
        details_submitted=False,
        email=params.get("email"),
        external_accounts={
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/accounts/{key}/external_accounts",
        },
        future_requirements=_requirements(()),
        metadata=merged({}, params.get("metadata")),
        payouts_enabled=False,
        requirements=_requirements(_WANTED),
        settings=_settings(),
        tos_acceptance={"date": None, "ip": None, "user_agent": None},
        type=params.get("type", "none"),
    )
    call.within(key).tell("account.updated", account)
    return account


def _profile(told: dict[str, Any]) -> Body:
    names = ("mcc", "name", "product_description", "support_email", "support_phone", "url")
    return {**dict.fromkeys(names), **told}


def _settings() -> Body:
    marks = ("icon", "logo", "primary_color", "secondary_color")
    prefixes = ("statement_descriptor_prefix_kana", "statement_descriptor_prefix_kanji")
    descriptors = ("", "_kana", "_kanji", "_prefix_kana", "_prefix_kanji")
    return {
        "branding": dict.fromkeys(marks),
        "card_payments": {
            "decline_on": {"avs_failure": False, "cvc_failure": False},
            "statement_descriptor_prefix": None,
            **dict.fromkeys(prefixes),
        },
        "dashboard": {"display_name": None, "timezone": "Asia/Shanghai"},
        "payments": {f"statement_descriptor{each}": None for each in descriptors},
    }


def _requirements(wanted: tuple[str, ...]) -> Body:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": list(wanted),
        "disabled_reason": "requirements.past_due" if wanted else None,
        "errors": [],
        "eventually_due": list(wanted),
        "past_due": list(wanted),
        "pending_verification": [],
    }


def complete(call: Call, account: Body) -> Body:
    """Give all that Stripe wants to know: the account can be paid from now on."""
    bank = {
        "id": f"ba_{token()}",
        "object": "bank_account",
        "account": account["id"],
        "account_holder_name": account["business_profile"]["name"],
        "account_holder_type": "company",
        "account_type": None,
        "available_payout_methods": ["standard"],
        "bank_name": "STRIPE TEST BANK",
        "country": account["country"],
        "currency": account["default_currency"],
        "default_for_currency": True,
        "fingerprint": token(16),
        "last4": "6789",
        "metadata": {},
        "routing_number": "110000000",
        "status": "new",
    }
    before = dict(account)
    call.update(
        account,
        capabilities=dict.fromkeys(account["capabilities"], "active"),
        charges_enabled="card_payments" in account["capabilities"],
        details_submitted=True,
        external_accounts={**account["external_accounts"], "data": [bank]},
        payouts_enabled=True,
        requirements=_requirements(()),
        tos_acceptance={"date": call.now, "ip": "127.0.0.1", "user_agent": None},
    )
    inner = call.within(account["id"])
    inner.tell("account.updated", account, before=before)
    for name in account["capabilities"]:
        inner.tell("capability.updated", _capability(account, name))
    return account


def require(call: Call, account: Body, wanted: tuple[str, ...]) -> Body:
    """Let Stripe want something again: payouts stop until it is given."""
    before = dict(account)
    call.update(
        account,
        capabilities=dict.fromkeys(account["capabilities"], "inactive"),
        payouts_enabled=False,
        charges_enabled=False,
        requirements=_requirements(wanted),
    )
    call.within(account["id"]).tell("account.updated", account, before=before)
    return account


def _capability(account: Body, name: str) -> Body:
    requirements = {key: account["requirements"][key] for key in account["requirements"]}
    return {
        "id": name,
        "object": "capability",
        "account": account["id"],
        "future_requirements": _requirements(()),
        "requested": True,
        "requested_at": account["created"],
        "requirements": requirements,
        "status": account["capabilities"][name],
    }


def may_be_transferred_to(account: Body) -> bool:
    """Tell whether money may go to an account."""
    return bool(account["capabilities"].get("transfers") == "active")


def link(call: Call) -> Body:
    """Answer POST /v1/account_links; the page works once, and for five minutes."""
    params = call.params
    account = call.get("account", params["account"], param="account")
    for name in ("refresh_url", "return_url"):
        if name not in params:
            raise InvalidRequest(
                f"Missing required param: {name}.", code="parameter_missing", param=name
            )
    key = token(12)
    told = {
        "account": account["id"],
        "expires_at": call.now + _LINK_SECONDS,
        "refresh_url": params["refresh_url"],
        "return_url": params["return_url"],
    }
    call.store.note(f"link {key}", told)
    return {
        "object": "account_link",
        "created": call.now,
        "expires_at": told["expires_at"],
        "url": f"{call.base_url}/onboarding/{key}",
    }


def capabilities(call: Call) -> Body:
    """Answer GET /v1/accounts/{id}/capabilities."""
    account = call.named("account")
    found = [_capability(account, name) for name in account["capabilities"]]
    return call.paged(found, url=f"/v1/accounts/{account['id']}/capabilities")


def platform(call: Call) -> Body:
    """Answer GET /v1/account: the account that asks."""
    if call.account != call.settings.account:
        return call.within(call.settings.account).get("account", call.account)
    return {
        "id": call.account,
        "object": "account",
        "capabilities": dict.fromkeys(CAPABILITIES, "active"),
        "charges_enabled": True,
        "country": call.settings.country,
        "default_currency": "hkd",
        "details_submitted": True,
        "metadata": {},
        "payouts_enabled": True,
        "type": "standard",
    }


def update(call: Call) -> Body:
    """Answer POST /v1/accounts/{id}."""
    account = call.named("account")
    before = dict(account)
    profile = {**account["business_profile"], **(call.params.get("business_profile") or {})}
    call.update(
        account,
        business_profile=profile,
        email=call.params.get("email", account["email"]),
        metadata=merged(account["metadata"], call.params.get("metadata")),
    )
    call.within(account["id"]).tell("account.updated", account, before=before)
    return account


def delete(call: Call) -> Body:
    """Answer DELETE /v1/accounts/{id}: only an account without money goes."""
    account = call.named("account")
    booked = call.store.listed("balance_transaction", account=account["id"])
    if sum(each["net"] for each in booked):
        raise InvalidRequest("This account has a balance and cannot be deleted.")
    call.store.forget(account["id"])
    return {"id": account["id"], "object": "account", "deleted": True}


def retrieve(call: Call) -> Body:
    """Answer GET /v1/accounts/{id}."""
    return call.named("account")


def listed(call: Call) -> Body:
    """Answer GET /v1/accounts."""
    return call.page("account", url="/v1/accounts")
