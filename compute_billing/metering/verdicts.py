"""Why the store refused a readable record, told to the person who can mend it. Pure."""

from typing import Final

from compute_billing.metering.formats.record import ParsedRecord

# reason -> (field, what is wrong and how to mend it)
STORE_REASONS: Final[dict[str, tuple[str, str]]] = {
    "unknown_account": (
        "account",
        "Account {account!r} of this source belongs to no tenant at that time: map it, then retry.",
    ),
    "unknown_cluster": (
        "cluster",
        "There is no cluster {cluster!r}: add it to the catalogue, then retry.",
    ),
    "unknown_card_type": (
        "card_type",
        (
            "Card type {card_type!r} is not metered here: add it, or set the source's default, "
            "then retry."
        ),
    ),
    "unknown_project": (
        "project",
        "The tenant of {account!r} has no project {project!r}: add it, then retry.",
    ),
    "in_the_future": ("ended_at", "The use ends in the future: report it once it has happened."),
    "before_billing_began": (
        "started_at",
        "The use began before the first billing month: check the year.",
    ),
    "not_storable": (
        "",
        "The record holds a NUL or a number that no column can keep: export it again.",
    ),
    "quantity_exceeds_interval": (
        "quantity",
        "The quantity is more than the cards times the duration: check the unit and the times.",
    ),
    "overlaps_recorded_use": (
        "started_at",
        (
            "Part of this time is recorded for job {allocation_key!r} already: send a correction "
            "of the recorded use first."
        ),
    ),
    "allocation_of_another_tenant": (
        "account",
        "Job {allocation_key!r} is recorded for another tenant: send a correction first.",
    ),
    "ends_before_metered": (
        "ended_at",
        (
            "Job {allocation_key!r} was metered beyond this end while it ran: send a correction of "
            "the slices that did not happen."
        ),
    ),
    "observed_after_end": (
        "observed_at",
        (
            "Job {allocation_key!r} has ended before that by its finished record: check the clock "
            "of the source, or correct the finished record."
        ),
    ),
    "elapsed_went_back": (
        "quantity",
        "Job {allocation_key!r} ran longer in an earlier report: check the source's clock.",
    ),
    "unknown_original": (
        "corrects",
        "There is no record {corrects!r} of this source to correct.",
    ),
    "corrects_a_correction": (
        "corrects",
        "{corrects!r} is a correction itself: correct the original and record the use anew.",
    ),
    "differs_from_original": (
        "corrects",
        "Tenant, cluster, card type and cards of a correction are those of {corrects!r}.",
    ),
    "leaves_quantity_without_time": (
        "quantity",
        (
            "What would be left of {corrects!r} does not fit into the time that is left of it: "
            "take the whole interval back and record what happened as a new record."
        ),
    ),
    "exceeds_original": (
        "quantity",
        "The correction takes back more than is left of {corrects!r}.",
    ),
}


def explained(reason: str, record: ParsedRecord) -> tuple[str, str]:
    """Return the field at fault and the message for it."""
    field_name, message = STORE_REASONS[reason]
    return field_name, message.format(
        account=record.account,
        cluster=record.cluster,
        card_type=record.card_type,
        project=record.project,
        allocation_key=record.allocation_key,
        corrects=record.corrects,
    )
