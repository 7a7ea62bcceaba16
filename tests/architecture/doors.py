"""Through which door everything is reached: a key by the API, people alone, or the house.

An operation is every public function of accounts and compute_billing that opens a transaction,
and everything that a page of the portal posts. To add one, add a line:

    "compute_billing.metering.resolving.resolve_conflict": api("source-conflict-decide"),

`api` names addresses that a key with a scope reaches; `people` gives the words under which
docs/api.md, "By people only", says why no key does; `house` is what workers, commands and other
operations call. A name that ends with a dot stands for a whole module or room. What pages tell
stands in READS of read_doors the same way: to add a page, say which addresses tell the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """How something is reached."""

    addresses: tuple[str, ...] = ()
    people: str = ""
    house: str = ""


def api(*addresses: str) -> Door:
    return Door(addresses=addresses)


def people(words: str) -> Door:
    return Door(people=words)


def house(reason: str) -> Door:
    return Door(house=reason)


APPROVING: Final = people("Approving")
APPLYING: Final = people("Applying for a subsidy")
OBJECTING: Final = people("Objecting to a public notice")
OWNERSHIP: Final = people("Making and unmaking owners")
VERIFYING: Final = people("Verifying an organisation")
REVIEWING: Final = people("Reviewing a listing")
PAPERS: Final = people("Papers of a dispute")
TAKING_BACK: Final = people("Taking unspent money back")
RUNNING: Final = people("Starting a settlement run")
NOTIFYING: Final = people("Reading notifications")
SIGNING_IN: Final = people("Signing in")
WORKERS: Final = house("workers call it, in steps that are harmless to repeat")
FOUNDING: Final = house("the installation founds what a contract on paper names")
BUREAU: Final = people("Issuing e-invoices")
TREASURY: Final = house("money comes in by payment rails and budget documents, entered by staff")
MENDING: Final = house("staff of the house have a failed call or event tried again")
COLLECTING: Final = house("finance of the house collects what is owed, debtor by debtor")
STRIPE: Final = house("Stripe's webhook, known by its signature")

OPERATIONS: Final[dict[str, Door]] = {
    "accounts.erasure.operations.erase_person": house("a command, on a person's request"),
    "accounts.events.relay.relay": WORKERS,
    "accounts.invitations.mailing.": WORKERS,
    "accounts.invitations.operations.invite": api("invitations-list"),
    "accounts.invitations.operations.revoke_invitation": api("invitation-take-back"),
    "accounts.invitations.operations.accept_invitation": OWNERSHIP,
    "accounts.keys.expiring.": WORKERS,
    "accounts.keys.operations.create_key": api("keys"),
    "accounts.keys.operations.revoke_key": api("key-revoke"),
    "accounts.keys.operations.rotate_key": api("key-rotate"),
    "accounts.membership.operations.add_member": house("founding; else an invitation is taken"),
    "accounts.membership.operations.end_membership": api("member-end-role"),
    "accounts.membership.operations.change_role": api("member-change-role"),
    "accounts.notifications.": NOTIFYING,
    "accounts.notifications.mailing.": WORKERS,
    "accounts.operations.": FOUNDING,
    "accounts.organisations.operations.rename": api("own-organisation"),
    "accounts.retention.": WORKERS,
    "accounts.verification.": VERIFYING,
    "accounts.verification.reminding.": WORKERS,
    "accounts.webhooks.operations.create_endpoint": api("webhook-endpoints"),
    "accounts.webhooks.operations.change_endpoint": api("webhook-endpoint"),
    "accounts.webhooks.operations.delete_endpoint": api("webhook-endpoint"),
    "accounts.webhooks.operations.rotate_secret": api("webhook-rotate"),
    "accounts.webhooks.operations.ping": api("webhook-ping"),
    "accounts.webhooks.operations.redeliver": api("webhook-redeliver"),
    "accounts.webhooks.sending.": WORKERS,
    "compute_billing.bank.accounts.open_account": FOUNDING,
    "compute_billing.bank.accounts.remittance_code": api("remittance-code"),
    "compute_billing.bank.deciding.": APPROVING,
    "compute_billing.bank.importing.": TREASURY,
    "compute_billing.cash.deciding.": APPROVING,
    "compute_billing.cash.running.": WORKERS,
    "compute_billing.cash.telling.": WORKERS,
    "compute_billing.catalogue.mending.": house(
        "a command of two people; rerate is asked for after it"
    ),
    "compute_billing.catalogue.operations.": FOUNDING,
    "compute_billing.catalogue.publishing.": house("an approved draft publishes; a command mends"),
    "compute_billing.contracts.operations.": FOUNDING,
    "compute_billing.disputes.opening.open_dispute": api("usage-disputes"),
    "compute_billing.disputes.opening.withdraw": api("usage-dispute-withdraw"),
    "compute_billing.disputes.opening.escalate": api("usage-dispute-escalate"),
    "compute_billing.disputes.answering.answer": api("source-dispute-answer"),
    "compute_billing.disputes.evidence.answer_with": PAPERS,
    "compute_billing.disputes.evidence.attach": PAPERS,
    "compute_billing.disputes.settling.": WORKERS,
    "compute_billing.einvoices.answering.": BUREAU,
    "compute_billing.einvoices.exporting.": BUREAU,
    "compute_billing.einvoices.items.": BUREAU,
    "compute_billing.einvoices.requesting.request_einvoice": api("api-einvoices"),
    "compute_billing.einvoices.requesting.withdraw_einvoice": api("api-einvoice-withdraw"),
    "compute_billing.einvoices.reversing.": BUREAU,
    "compute_billing.einvoices.titles.add_title": api("api-titles"),
    "compute_billing.einvoices.titles.change_title": api("api-title"),
    "compute_billing.einvoices.titles.make_default": api("api-title-default"),
    "compute_billing.einvoices.titles.retire_title": api("api-title-retire"),
    "compute_billing.invoices.operations.": WORKERS,
    "compute_billing.invoices.procurement.set_procurement": api("api-procurement"),
    "compute_billing.ledger.operations.": TREASURY,
    "compute_billing.ledger.warning.": WORKERS,
    "compute_billing.metering.mapping.map_account": api("account-mappings"),
    "compute_billing.metering.mapping.end_mapping": api("account-mapping-end"),
    "compute_billing.metering.operations.open_source": FOUNDING,
    "compute_billing.metering.operations.start_import": api("usage-records"),
    "compute_billing.metering.operations.finish_import": api("usage-records"),
    "compute_billing.metering.partitions.": WORKERS,
    "compute_billing.metering.reconciling.deliver_totals": api("source-totals-list"),
    "compute_billing.metering.reconciling.explain_difference": api("source-totals-explain"),
    "compute_billing.metering.resolving.resolve_conflict": api("source-conflict-decide"),
    "compute_billing.metering.retrying.ask_retry": api("source-retry"),
    "compute_billing.metering.retrying.work_on_retry": WORKERS,
    "compute_billing.packages.capacity.set_sellable": api("package-capacity"),
    "compute_billing.packages.offering.approve_offer": APPROVING,
    "compute_billing.packages.offering.propose_offer": api("package-offer-drafts"),
    "compute_billing.packages.offering.refuse_offer": api("package-offer-draft-withdraw"),
    "compute_billing.packages.operations.order_package": api("api-packages"),
    "compute_billing.packages.operations.resize_package": api("api-package-resize"),
    "compute_billing.packages.operations.renew_package": api("api-package-renewal"),
    "compute_billing.packages.operations.end_package": api("api-package-end"),
    "compute_billing.packages.recognition.": WORKERS,
    "compute_billing.packages.reminding.": WORKERS,
    "compute_billing.payments.": WORKERS,
    "compute_billing.payouts.accruing.": WORKERS,
    "compute_billing.payouts.agreeing.agree": FOUNDING,
    "compute_billing.payouts.destinations.": APPROVING,
    "compute_billing.payouts.connecting.": APPROVING,
    "compute_billing.payouts.connect_calls.": WORKERS,
    "compute_billing.payouts.reversing.": APPROVING,
    "compute_billing.payouts.transferring.": WORKERS,
    "compute_billing.payouts.results.import_result": TREASURY,
    "compute_billing.payouts.running.": APPROVING,
    "compute_billing.payments.asking.ask_top_up": api("top-ups"),
    "compute_billing.payments.asking.cancel_top_up": api("top-up-cancel"),
    "compute_billing.programmes.proposing.load_library": house("a command loads the library"),
    "compute_billing.programmes.": APPROVING,
    "compute_billing.applications.editing.": APPLYING,
    "compute_billing.applications.submitting.": APPLYING,
    "compute_billing.applications.ending.": APPLYING,
    "compute_billing.applications.ending.ask_supplement": APPROVING,
    "compute_billing.applications.ending.expire_due": WORKERS,
    "compute_billing.applications.ending.remind": WORKERS,
    "compute_billing.applications.paneling.": APPROVING,
    "compute_billing.applications.proposing.": APPROVING,
    "compute_billing.applications.deciding.": APPROVING,
    "compute_billing.applications.noticing.object_to": OBJECTING,
    "compute_billing.applications.noticing.answer_objection": APPROVING,
    "compute_billing.applications.noticing.": WORKERS,
    "marketplace.listings.drafting.": api("algorithms", "algorithm", "algorithm-version"),
    "marketplace.listings.proving.": api("version-proofs", "version-proof"),
    "marketplace.listings.submitting.": api("version-submit", "version-withdraw"),
    "marketplace.listings.reviewing.": REVIEWING,
    "compute_billing.rating.exhausting.note_silent": WORKERS,
    "compute_billing.ledger.credit_terms.": APPROVING,
    "compute_billing.receivables.operations.remind": WORKERS,
    "compute_billing.receivables.operations.": COLLECTING,
    "compute_billing.budgets.alerting.": WORKERS,
    "compute_billing.budgets.operations.create_budget": api("api-budgets"),
    "compute_billing.budgets.operations.change_budget": api("api-budget"),
    "compute_billing.budgets.operations.end_budget": api("api-budget-end"),
    "compute_billing.budgets.stopping.note_stop": api("holds", "hold-extend"),
    "compute_billing.ledger.warning.set_low_amount": api("balance-warning"),
    "compute_billing.payments.automatic.set_auto_top_up": api("auto-top-up-detail"),
    "compute_billing.payments.automatic.switch_off_auto_top_up": api("auto-top-up-detail"),
    "compute_billing.payments.calls.retry_call": MENDING,
    "compute_billing.payments.inbox.keep": STRIPE,
    "compute_billing.payments.inbox.retry_event": MENDING,
    "compute_billing.payments.refunding.ask_refunds": TAKING_BACK,
    "compute_billing.rating.drafts.propose_price": api("price-drafts", "price-draft"),
    "compute_billing.rating.drafts.approve_price": APPROVING,
    "compute_billing.rating.drafts.refuse_price": api("price-draft-withdraw"),
    "compute_billing.rating.operations.": WORKERS,
    "compute_billing.rating.exhausting.note_exhausted": api("hold-extend"),
    "compute_billing.rating.exhausting.end_over": WORKERS,
    "compute_billing.rating.quoting.quote": api("quotes"),
    "compute_billing.rating.rerate.": APPROVING,
    "compute_billing.sandboxes.operations.open_sandbox": api("sandbox"),
    "compute_billing.sandboxes.operations.reset_sandbox": api("sandbox-reset"),
    "compute_billing.sandboxes.operations.top_up_sandbox": api("sandbox-top-ups"),
    "compute_billing.settlement.operations.settle": WORKERS,
    "compute_billing.settlement.reimbursing.": WORKERS,
    "compute_billing.settlement.clawbacks.": APPROVING,
    "compute_billing.settlement.clawback_receipts.": APPROVING,
    "compute_billing.settlement.operations.submit_claim": api("claim-submit"),
    "compute_billing.settlement.operations.mark_claim_paid": api("claim-payment"),
    "compute_billing.settlement.operations.request_run": RUNNING,
    "compute_billing.subsidies.operations.approve_award": APPROVING,
    "compute_billing.subsidies.operations.approve_card_time": APPROVING,
    "compute_billing.subsidies.operations.": TREASURY,
}

# What pages of the portal post, by the name of the address.
POSTS: Final[dict[str, Door]] = {
    "notifications-": NOTIFYING,
    "notification-": NOTIFYING,
    "webhooks": api("webhook-endpoints"),
    "webhook": api("webhook-endpoint"),
    "webhook-secret": api("webhook-rotate"),
    "webhook-try": api("webhook-ping"),
    "webhook-switch": api("webhook-endpoint"),
    "webhook-delete": api("webhook-endpoint"),
    "webhook-again": api("webhook-redeliver"),
    "members": api("invitations-list"),
    "member-role": api("member-change-role"),
    "member-end": api("member-end-role"),
    "invitation-revoke": api("invitation-take-back"),
    "organisation-keys": api("keys"),
    "organisation-key-rotate": api("key-rotate"),
    "organisation-key-revoke": api("key-revoke"),
    "sandbox-enter": api("sandbox"),
    "sandbox-leave": house("where a session is; a key is in one world for good"),
    "sandbox-fill": api("sandbox-top-ups"),
    "sandbox-close-month": api("sandbox-close"),
    "sandbox-renew": api("sandbox-reset"),
    "operator-map-account": api("account-mappings"),
    "operator-ask-retry": api("source-retry"),
    "operator-decide": api("source-conflict-decide"),
    "operator-dispute": api("source-dispute-answer"),
    "usage-dispute-new": api("usage-disputes"),
    "own-dispute-withdraw": api("usage-dispute-withdraw"),
    "own-dispute-escalate": api("usage-dispute-escalate"),
    "dispute-attach": PAPERS,
    "operator-propose-price": api("price-drafts", "price-draft"),
    "operator-approve-price": APPROVING,
    "operator-refuse-price": api("price-draft-withdraw"),
    "operator-deliver-totals": api("source-totals-list"),
    "operator-explain": api("source-totals-explain"),
    "pay-in": api("top-ups"),
    "receivable": COLLECTING,
    "budget-new": api("api-budgets"),
    "budget-edit": api("api-budget"),
    "budget-end": api("api-budget-end"),
    "low-amount": api("balance-warning"),
    "auto-top-up": api("auto-top-up-detail"),
    "top-up-stop": api("top-up-cancel"),
    "top-up-refund": TAKING_BACK,
    "operator-payment-": MENDING,
    "stripe-webhook": STRIPE,
    "operator-approve-package": APPROVING,
    "operator-package-capacity": api("package-capacity"),
    "operator-propose-package": api("package-offer-drafts"),
    "operator-refuse-package": api("package-offer-draft-withdraw"),
    "package-order": api("api-packages"),
    "package-resize": api("api-package-resize"),
    "package-renewal": api("api-package-renewal"),
    "package-end": api("api-package-end"),
    "verification": VERIFYING,
    "verification-": VERIFYING,
    "settlement-start": RUNNING,
    "claim-hand-in": api("claim-submit"),
    "claim-pay": api("claim-payment"),
    "bank-transfer": api("remittance-code"),
    "bank-import": TREASURY,
    "bank-line": APPROVING,
    "bank-approve": APPROVING,
    "bank-refuse": APPROVING,
    "operator-payout-account": APPROVING,
    "operator-connect-": APPROVING,
    "payout-reversal-": APPROVING,
    "payout-propose": APPROVING,
    "payout-approve": APPROVING,
    "payout-refuse": APPROVING,
    "payout-result": TREASURY,
    "payout-account-": APPROVING,
    "own-payouts": APPROVING,
    "own-payout-account-stop": APPROVING,
    "cash-pair": APPROVING,
    "cash-propose": APPROVING,
    "programme-": APPROVING,
    "clawbacks": APPROVING,
    "clawback-decide": APPROVING,
    "clawback-receive": APPROVING,
    "public-notice": OBJECTING,
    "credit-limits": APPROVING,
    "credit-decide": APPROVING,
    "cash-approve": APPROVING,
    "cash-refuse": APPROVING,
    "procurement": api("api-procurement"),
    "invoice-titles": api("api-titles"),
    "invoice-title": api("api-title"),
    "invoice-title-default": api("api-title-default"),
    "invoice-title-retire": api("api-title-retire"),
    "einvoice-request": api("api-einvoices"),
    "einvoice-withdraw": api("api-einvoice-withdraw"),
    "einvoice-": BUREAU,
    "account_": SIGNING_IN,
    "mfa_": SIGNING_IN,
    "usersessions_list": SIGNING_IN,
    "set_language": house("how pages speak; the API speaks by its codes"),
}
