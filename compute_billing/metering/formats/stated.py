"""Usage that a source states in so many words: the rows of CSV and the data of JSON events.

One reader for both, so that the same usage gives the same record whichever way it came.
"""

from typing import Final, NoReturn

from compute_billing.metering.formats.reasons import UnableToReadRow
from compute_billing.metering.formats.record import ParsedRecord, RunningObservation
from compute_billing.metering.formats.values import (
    QUANTITY_MAX,
    instant_ms,
    licence_reference,
    milli_cards,
    quantity_of_card_seconds,
    seconds_ms,
)

NAME_LENGTH_MAX: Final = 255


def read_stated_usage(  # one row, all its columns; '' where the row is silent
    *,
    position: int,
    payload: str,
    external_id: str,
    account: str,
    cards: str,
    started_at: str,
    ended_at: str,
    card_type: str = "",
    cluster: str = "",
    project: str = "",
    allocation: str = "",
    quantity: str = "",
    corrects: str = "",
    licence: str = "",
    observed_at: str = "",
    elapsed: str = "",
) -> ParsedRecord | RunningObservation:
    """Read one stated piece of usage.

    A row with `observed_at` and no end is a poll of a running job. Without `quantity` all cards
    were in use all the time; a row that `corrects` another and states no quantity takes its whole
    interval back.

    Raises:
        UnableToReadRow: the first reason that holds, the interval reasons in their settled order.
    """
    if may_hold_bad_names(payload):
        refuse_bad_names((external_id, account, card_type, cluster, project, allocation, corrects))
    if not external_id:
        raise UnableToReadRow("missing_external_id", "external_id", "The row has no id.")
    if not account:
        raise UnableToReadRow("missing_account", "account", "The row names no account.")
    cards_in_use = milli_cards(cards, "cards")
    if not cards_in_use:
        raise UnableToReadRow("zero_cards", "cards", "cards is 0: no card was in use.")
    if not (started_at and ended_at):
        if corrects or not (started_at and observed_at):
            refuse_missing_time(started_at, ended_at)
        return RunningObservation(
            position,
            external_id,
            allocation or external_id,
            *(account, cluster, card_type, project, cards_in_use),
            *_times_of_poll(started_at, observed_at, elapsed),
            licence_reference(licence, "licence"),
            payload,
        )
    started_ms = instant_ms(started_at, "started_at")
    ended_ms = instant_ms(ended_at, "ended_at")
    if ended_ms <= started_ms:
        refuse_interval(started_ms, ended_ms)
    whole = cards_in_use * (ended_ms - started_ms)
    return ParsedRecord(
        position,
        external_id,
        allocation or corrects or external_id,
        account,
        cluster,
        card_type,
        project,
        cards_in_use,
        started_ms,
        ended_ms,
        _quantity(whole, quantity, corrects) if quantity or corrects else fitting(whole),
        corrects,
        licence_reference(licence, "licence") if licence else "",
        payload,
    )


def _times_of_poll(started_at: str, observed_at: str, elapsed: str) -> tuple[int, int, int]:
    """Return when a running job started and was seen, and for how long it had run, in ms."""
    started_ms = instant_ms(started_at, "started_at")
    observed_ms = instant_ms(observed_at, "observed_at")
    return started_ms, observed_ms, _elapsed_ms(started_ms, observed_ms, elapsed)


def may_hold_bad_names(payload: str) -> bool:
    """Whether a row is long enough for a name that is too long, or escapes a NUL in JSON."""
    return len(payload) > NAME_LENGTH_MAX or "\\u0000" in payload


def refuse_bad_names(names: tuple[str, ...]) -> None:
    """Refuse names that no key or column can hold."""
    longest = max(names, key=len)
    if any("\0" in name for name in names):
        raise UnableToReadRow("malformed_text", "", "There is a NUL in an id or a name.")
    if len(longest) > NAME_LENGTH_MAX:
        message = f"{longest[:40]!r}… has {len(longest)} characters; 255 is the most."
        raise UnableToReadRow("value_too_long", "", message)


def refuse_missing_time(started_at: object, ended_at: object) -> NoReturn:
    """Refuse a row one of whose times, or both, is missing."""
    if not started_at and not ended_at:
        message = "Neither start nor end is known."
        raise UnableToReadRow("missing_start_and_end", "started_at", message)
    if not started_at:
        raise UnableToReadRow("missing_start", "started_at", "The start is not known.")
    message = "The end is not known; a job that still runs is reported with observed_at."
    raise UnableToReadRow("missing_end", "ended_at", message)


def refuse_interval(started_ms: int, ended_ms: int) -> NoReturn:
    """Refuse an interval that does not last."""
    if ended_ms < started_ms:
        message = f"The end lies {started_ms - ended_ms} ms before the start."
        raise UnableToReadRow("negative_duration", "ended_at", message)
    raise UnableToReadRow("zero_duration", "ended_at", "Start and end are the same instant.")


def fitting(quantity: int) -> int:
    """Return the quantity if a bigint holds it."""
    if quantity > QUANTITY_MAX:
        message = "More card-time than one record may hold: check cards and times, or split it."
        raise UnableToReadRow("malformed_quantity", "quantity_card_seconds", message)
    return quantity


def _quantity(whole: int, stated: str, corrects: str) -> int:
    field = "quantity_card_seconds"
    quantity = quantity_of_card_seconds(stated, field) if stated else -whole
    if (quantity < 0) != bool(corrects):
        message = (
            f"corrects is {corrects[:40]!r} and {field} is {stated!r}: a correction is negative "
            "and names the record that it corrects."
        )
        raise UnableToReadRow("malformed_correction", "corrects", message)
    if not quantity:
        raise UnableToReadRow("zero_quantity", field, f"{field} is 0: no card-time was used.")
    if abs(quantity) > whole:
        message = f"{field} {stated} is more than cards x (ended_at - started_at) holds."
        raise UnableToReadRow("quantity_exceeds_interval", field, message)
    fitting(abs(quantity))
    return quantity


def _elapsed_ms(started_ms: int, observed_ms: int, elapsed: str) -> int:
    span = observed_ms - started_ms
    elapsed_ms = seconds_ms(elapsed, "elapsed_seconds") if elapsed else span
    if span < 0:
        message = f"observed_at lies {-span} ms before the start."
        raise UnableToReadRow("negative_duration", "observed_at", message)
    if elapsed_ms > span:
        message = f"elapsed_seconds {elapsed} is more than observed_at - started_at."
        raise UnableToReadRow("quantity_exceeds_interval", "elapsed_seconds", message)
    return elapsed_ms
