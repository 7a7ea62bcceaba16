"""Codes of the officers' desks in the reader's words; others stand as they are."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from portal.wording import Text

ACTIONS: Final[Mapping[str, Text]] = {
    "accounts.accept_invitation": _("took the offered role"),
    "accounts.add_member": _("gave a role"),
    "accounts.end_membership": _("ended a role"),
    "accounts.erase_person": _("erased a person"),
    "accounts.invite": _("invited somebody"),
    "accounts.revoke_invitation": _("took an invitation back"),
    "accounts.rename_organisation": _("renamed the organisation"),
    "accounts.email_changed": _("changed the e-mail address"),
    "accounts.password_changed": _("changed the password"),
    "accounts.password_reset": _("set a forgotten password anew"),
    "accounts.totp_activated": _("set up an authenticator app"),
    "accounts.totp_deactivated": _("gave up the authenticator app"),
    "accounts.webauthn_added": _("added a passkey"),
    "accounts.webauthn_removed": _("removed a passkey"),
    "accounts.recovery_codes_generated": _("made new recovery codes"),
    "api_keys.create": _("created an API key"),
    "api_keys.revoke": _("ended an API key"),
    "api_keys.rotate": _("replaced an API key"),
    "invoices.close_month": _("closed a month"),
    "rating.propose_price": _("proposed a price"),
    "rating.approve_price": _("approved a price"),
    "rating.refuse_price": _("refused a price, or took it back"),
    "metering.deliver_totals": _("gave in a source's totals"),
    "metering.explain_difference": _("explained a difference"),
    "metering.ask_retry": _("asked to try rejects again"),
    "metering.map_account": _("mapped an account to a tenant"),
    "metering.resolve_conflict": _("decided a conflict"),
    "rating.finish_rerate": _("finished a rerate"),
    "rating.request_rerate": _("asked for a rerate"),
    "settlement.issue_statement": _("issued an operator's statement"),
    "settlement.make_claim": _("made a claim"),
    "settlement.pay_claim": _("booked the payment of a claim"),
    "settlement.request_run": _("started or resumed a settlement"),
    "settlement.submit_claim": _("handed a claim in"),
    "subsidies.appropriate_fund": _("appropriated money to a fund"),
    "subsidies.approve_award": _("approved an award"),
    "subsidies.found_programme": _("registered a programme"),
    "subsidies.open_fund": _("opened a fund"),
    "webhooks.disable": _("switched a webhook off"),
}
OBJECTS: Final[Mapping[str, Text]] = {
    "api_key": _("API key"),
    "award": _("subsidy award"),
    "claim": _("claim"),
    "fund": _("fund"),
    "invitation": _("invitation"),
    "membership": _("membership"),
    "organisation": _("organisation"),
    "operator_statement": _("operator's statement"),
    "programme": _("programme"),
    "rerate_request": _("rerate"),
    "price_draft": _("price draft"),
    "source_totals": _("totals of a source"),
    "difference": _("difference"),
    "retry_run": _("retry of rejects"),
    "settlement_month": _("settlement"),
    "source_account_mapping": _("account mapping"),
    "tenant_month": _("month of a tenant"),
    "usage_conflict": _("conflict"),
    "user": _("person"),
    "verification": _("verification"),
    "webhook_endpoint": _("webhook"),
}
LEVELS: Final[Mapping[str, Text]] = {
    "state": _("state"),
    "province": _("province"),
    "city": _("city"),
    "district": _("district"),
}
