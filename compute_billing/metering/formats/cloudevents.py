"""Usage as JSON: CloudEvents 1.0 (batch, single, JSON lines) and plain JSON records.

CloudEvents 1.0.2, §2: `id`, `source`, `specversion` and `type` are required and not empty. Of ours
besides: type `cn.suanji.usage.v1`, `subject` = account, `id` = external id, data as in CSV.
Numbers are kept as their text until they are read exactly: a JSON number never becomes a float.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, Final, TextIO

import msgspec

from compute_billing.metering.formats.json_documents import decode_document
from compute_billing.metering.formats.lines import (
    numbered_lines,
    refuse_damage,
    reject,
)
from compute_billing.metering.formats.reasons import UnableToReadRow, UnableToReadUsage
from compute_billing.metering.formats.record import Parsed, ParseOptions
from compute_billing.metering.formats.stated import read_stated_usage
from compute_billing.metering.formats.values import instant_ms

EVENT_TYPE: Final = "cn.suanji.usage.v1"
SPEC_VERSION: Final = "1.0"
EVENT_BATCH_TYPE: Final = "application/cloudevents-batch+json"
EVENT_SINGLE_TYPE: Final = "application/cloudevents+json"
RECORDS_TYPE: Final = "application/json"

_NO_NUMBER: Final = msgspec.Raw(b"null")
_JSON_DATA = re.compile(r"(?i)(application|text)/([\w.+-]+\+)?json\s*(;.*)?")
_FIELD_OF_ERROR = re.compile(r"`\$\.?(.*)`$")


class _Usage(msgspec.Struct, gc=False):
    """What data of an event and a plain record have in common."""

    cards: msgspec.Raw = _NO_NUMBER
    started_at: str | None = None
    ended_at: str | None = None
    card_type: str | None = None
    cluster: str | None = None
    project: str | None = None
    allocation: str | None = None
    quantity_card_seconds: msgspec.Raw = _NO_NUMBER
    corrects: str | None = None
    licence: str | None = None
    observed_at: str | None = None
    elapsed_seconds: msgspec.Raw = _NO_NUMBER


class _Record(_Usage, gc=False):
    external_id: str | None = None
    account: str | None = None


class _Event(msgspec.Struct, gc=False):
    specversion: str = ""
    id: str = ""
    source: str = ""
    type: str = ""
    subject: str = ""
    time: str = ""
    datacontenttype: str = RECORDS_TYPE
    data: _Usage | None = None
    data_base64: str = ""


class _Names(msgspec.Struct):
    id: Any = ""
    subject: Any = ""
    external_id: Any = ""
    account: Any = ""


class _RecordList(msgspec.Struct):
    records: list[msgspec.Raw]


_EVENT: Final = msgspec.json.Decoder(_Event)
_RECORD: Final = msgspec.json.Decoder(_Record)
_NAMES: Final = msgspec.json.Decoder(_Names)
_ANY_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_RECORD_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw] | _RecordList)
_ANY: Final = msgspec.json.Decoder(msgspec.Raw)


def parse_cloudevents(stream: TextIO, *, options: ParseOptions) -> Iterator[Parsed]:
    """Read a file of events: a JSON array, one event, or one event per line.

    Records of an array are numbered from 1; those of JSON lines by their line.

    Raises:
        UnableToReadUsage: an array that is not JSON as a whole.
    """
    lines = numbered_lines(stream)
    first = next((numbered for numbered in lines if numbered[1].strip()), None)
    if first is None:
        return
    if _is_json(first[1]) and first[1].lstrip()[:1] != "[":
        yield from _read_lines(chain([first], lines), options)
        return
    # Not an event by itself: an array, one event over many lines, or a bad first line.
    rest = [first, *lines]
    document = "\n".join(line for _, line in rest)
    if first[1].lstrip()[:1] != "[" and not _is_json(document):
        yield from _read_lines(rest, options)
        return
    body = document.encode("utf-8", "surrogateescape")
    elements = _elements(body, EVENT_BATCH_TYPE if body.lstrip()[:1] == b"[" else EVENT_SINGLE_TYPE)
    yield from _read_elements(elements, _read_event, options)


def parse_json_batch(
    body: bytes, content_type: str, *, default_card_type: str = "", cluster: str = ""
) -> list[Parsed]:
    """Read the body of a batch request: one answer per record, in its order.

    `application/cloudevents-batch+json` and `application/cloudevents+json` are events;
    `application/json` is a list of plain records, or {"records": [...]}.

    Raises:
        UnableToReadUsage: another content type, or a body that is not such JSON as a whole.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    options = ParseOptions(
        format="cloudevents", default_card_type=default_card_type, cluster=cluster
    )
    read = _read_record if media_type == RECORDS_TYPE else _read_event
    return list(_read_elements(_elements(body, media_type), read, options))


def _elements(body: bytes, media_type: str) -> list[msgspec.Raw]:
    if media_type == EVENT_BATCH_TYPE:
        return decode_document(_ANY_LIST, body, what="a JSON list of events")
    if media_type == EVENT_SINGLE_TYPE:
        return [decode_document(_ANY, body, what="a JSON event")]
    if media_type == RECORDS_TYPE:
        records = decode_document(_RECORD_LIST, body, what="a JSON list of records")
        return records.records if isinstance(records, _RecordList) else records
    message = (
        f"Content type {media_type[:80]!r} is not understood: send {EVENT_BATCH_TYPE}, "
        f"{EVENT_SINGLE_TYPE} or {RECORDS_TYPE}."
    )
    raise UnableToReadUsage(message)


def _is_json(text: str) -> bool:
    try:
        _ANY.decode(text.encode("utf-8", "surrogateescape"))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False
    return True


_ReadOne = Callable[[bytes | msgspec.Raw, int, str, ParseOptions], Parsed]


def _read_elements(
    elements: Iterable[msgspec.Raw], read: _ReadOne, options: ParseOptions
) -> Iterator[Parsed]:
    for position, raw in enumerate(elements, start=1):
        payload = bytes(raw).decode("utf-8", "surrogateescape")
        yield _read_or_reject(
            raw, read, position=position, payload=payload, options=options, place="Record"
        )


def _read_lines(lines: Iterable[tuple[int, str]], options: ParseOptions) -> Iterator[Parsed]:
    for position, line in lines:
        if line.strip():
            raw = line.encode("utf-8", "surrogateescape")
            yield _read_or_reject(
                raw, _read_event, position=position, payload=line, options=options, place="Line"
            )


def _read_or_reject(
    raw: bytes | msgspec.Raw,
    read: _ReadOne,
    *,
    position: int,
    payload: str,
    options: ParseOptions,
    place: str,
) -> Parsed:
    try:
        if not payload.isascii() or len(payload) > 4096:
            refuse_damage(payload)
        return read(raw, position, payload, options)
    except UnableToReadRow as refused:
        error = refused
    except (msgspec.DecodeError, UnicodeError, RecursionError) as failure:
        error = _row_error(failure)
    external_id, account = _names(raw)
    return reject(
        error,
        position=position,
        payload=payload,
        external_id=external_id,
        account=account,
        place=place,
    )


def _row_error(failure: Exception) -> UnableToReadRow:
    if isinstance(failure, msgspec.ValidationError):
        field = _FIELD_OF_ERROR.search(str(failure))
        message = f"{failure}. Compare the record with the format's description."
        return UnableToReadRow("malformed_row", field[1] if field else "", message)
    message = f"This is not JSON ({failure}): write one complete object."
    return UnableToReadRow("malformed_json", "", message)


def _names(raw: bytes | msgspec.Raw) -> tuple[str, str]:
    """Return id and account of a bad record as far as they can be told."""
    try:
        names = _NAMES.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return "", ""
    external_id, account = names.id or names.external_id, names.subject or names.account
    return (
        external_id if isinstance(external_id, str) else "",
        account if isinstance(account, str) else "",
    )


def _read_event(
    raw: bytes | msgspec.Raw, position: int, payload: str, options: ParseOptions
) -> Parsed:
    event = _EVENT.decode(raw)
    _refuse_foreign(event)
    if event.data is None:
        message = "The event has no data: cards, started_at and ended_at stand in it."
        raise UnableToReadRow("malformed_row", "data", message)
    return _read_usage(
        event.data,
        external_id=event.id,
        account=event.subject,
        position=position,
        payload=payload,
        options=options,
    )


def _read_record(
    raw: bytes | msgspec.Raw, position: int, payload: str, options: ParseOptions
) -> Parsed:
    record = _RECORD.decode(raw)
    return _read_usage(
        record,
        external_id=record.external_id or "",
        account=record.account or "",
        position=position,
        payload=payload,
        options=options,
    )


def _refuse_foreign(event: _Event) -> None:
    """Refuse what is no CloudEvent 1.0, or one of another kind."""
    if event.specversion != SPEC_VERSION:
        message = f"specversion {event.specversion[:20]!r} is not {SPEC_VERSION!r}."
        raise UnableToReadRow("unsupported_event", "specversion", message)
    if event.type != EVENT_TYPE:
        message = f"type {event.type[:80]!r} is not {EVENT_TYPE!r}."
        raise UnableToReadRow("unsupported_event", "type", message)
    if not event.source:
        message = "source is missing: CloudEvents 1.0 wants a URI reference of the producer."
        raise UnableToReadRow("unsupported_event", "source", message)
    if event.data_base64:
        message = "data_base64 is binary data: send the usage as JSON in data."
        raise UnableToReadRow("unsupported_event", "data_base64", message)
    if event.datacontenttype != RECORDS_TYPE and not _JSON_DATA.fullmatch(event.datacontenttype):
        message = f"datacontenttype {event.datacontenttype[:80]!r} is not JSON."
        raise UnableToReadRow("unsupported_event", "datacontenttype", message)
    if event.time:
        _refuse_bad_event_time(event.time)


def _refuse_bad_event_time(time: str) -> None:
    """Check the event's own time: no usage is read from it, and it may be finer than ours."""
    whole, point, fraction = time.partition(".")
    zone = fraction.lstrip("0123456789") if point else ""
    instant_ms(whole + zone, "time")


def _number_text(raw: msgspec.Raw) -> str:
    """Return the text of a JSON number, or of a string that holds one; '' for null."""
    text = bytes(raw).decode()
    if text[:1] == '"':
        return str(msgspec.json.decode(text))
    return "" if text == "null" else text


def _read_usage(
    usage: _Usage,
    *,
    external_id: str,
    account: str,
    position: int,
    payload: str,
    options: ParseOptions,
) -> Parsed:
    return read_stated_usage(
        position=position,
        payload=payload,
        external_id=external_id.strip(),
        account=account.strip(),
        cards=_number_text(usage.cards),
        started_at=usage.started_at or "",
        ended_at=usage.ended_at or "",
        card_type=usage.card_type or options.default_card_type,
        cluster=usage.cluster or options.cluster,
        project=usage.project or "",
        allocation=usage.allocation or "",
        quantity=_number_text(usage.quantity_card_seconds),
        corrects=usage.corrects or "",
        licence=usage.licence or "",
        observed_at=usage.observed_at or "",
        elapsed=_number_text(usage.elapsed_seconds),
    )
