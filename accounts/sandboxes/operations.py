"""Every write to sandboxes as organisations; what lies in them is made further up."""

from datetime import datetime
from typing import Final

from accounts.locks import lock_organisation
from accounts.models import ApiKey, Organisation, WebhookEndpoint
from accounts.queries import OrganisationNotFound
from accounts.sandboxes.queries import live_sandbox
from accounts.sandboxes.rights import refuse_in_sandbox
from kernel.transactions import transaction_required

CODE_ENDS: Final = "-sandbox"
# Of a sandbox's code: what is appended once it is retired must find room in the column as well.
CODE_LENGTH_MAX: Final = 44
NAME_LENGTH_MAX: Final = 200
NAME_ENDS: Final = "（沙箱 sandbox）"


@transaction_required
def lock_parent(organisation_id: int) -> Organisation:
    """Lock the organisation whose sandbox is made or replaced: two at once make one.

    Raises:
        NotInASandbox: it is a sandbox itself.
        OrganisationNotFound: there is none.
    """
    refuse_in_sandbox(organisation_id=organisation_id)
    found = lock_organisation(organisation_id)
    if found is None:
        message = f"There is no organisation {organisation_id}."
        raise OrganisationNotFound(message)
    return found


@transaction_required
def add_sandbox(*, parent: Organisation, now: datetime) -> Organisation:
    """Make the sandbox of an organisation of which `parent` is locked and that has none.

    Its bills must never pass for real ones: its name says what it is, wherever it is printed.
    """
    return Organisation.objects.create(
        code=_code(parent),
        name=parent.name[: NAME_LENGTH_MAX - len(NAME_ENDS)] + NAME_ENDS,
        kind=parent.kind,
        size_class=parent.size_class,
        created_at=now,
        sandbox_of=parent,
    )


@transaction_required
def retire_sandbox(*, parent: Organisation, now: datetime) -> Organisation | None:
    """End the live sandbox of a locked organisation; its code is free for the next one.

    Its books stay, because books are append-only; nobody gets into them any more.
    """
    sandbox = live_sandbox(organisation_id=parent.pk)
    if sandbox is not None:
        sandbox.retired_at = now
        sandbox.code = f"{sandbox.code}-{-sandbox.pk}"
        sandbox.save(update_fields=["retired_at", "code"])
    return sandbox


@transaction_required
def hand_over(*, retired: Organisation, successor: Organisation) -> None:
    """Let programs go on after a reset: keys and endpoints are configuration, and no books."""
    ApiKey.objects.filter(organisation=retired).update(organisation=successor)
    WebhookEndpoint.objects.filter(organisation=retired).update(organisation=successor)


def _code(parent: Organisation) -> str:
    """Return the parent's code with an end that only sandboxes have, not too long."""
    code = parent.code + CODE_ENDS
    if len(code) <= CODE_LENGTH_MAX:
        return code
    ending = f"-{parent.pk}{CODE_ENDS}"
    return parent.code[: CODE_LENGTH_MAX - len(ending)] + ending
