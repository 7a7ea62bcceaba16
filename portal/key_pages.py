"""Keys of an organisation, as their page shows them, and the form that makes one."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Scope
from portal.wording import SCOPES, Text, worded

NEVER: Final = "never"
LASTS: Final = (
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("365", _("a year")),
    (NEVER, _("until it is revoked")),
)
DEFAULT: Final = "90"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """A key; `state` is live, revoked or expired."""

    public_id: UUID
    name: str
    prefix: str
    scopes: Sequence[Text]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    state: Text
    is_live: bool


def key_rows(keys: Iterable[Any], *, now: datetime) -> list[KeyRow]:
    """Return the keys of the room."""
    return [_row(key, now=now) for key in keys]


def _row(key: Any, *, now: datetime) -> KeyRow:
    is_expired = key.expires_at is not None and key.expires_at <= now
    revoked = _("revoked")
    ended = revoked if key.revoked_at is not None else _("expired") if is_expired else ""
    return KeyRow(
        public_id=key.public_id,
        name=key.name,
        prefix=key.prefix,
        scopes=[worded(SCOPES, scope) for scope in key.scopes],
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        state=ended or _("live"),
        is_live=not ended,
    )


class KeyForm(forms.Form):
    """What a key is called, what it may do, and how long."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("Say which program uses it: whoever revokes it one day should know."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), widget=forms.CheckboxSelectMultiple, choices=()
    )
    lasts = forms.ChoiceField(label=_("How long"), choices=LASTS, initial=DEFAULT)

    def __init__(self, *args: Any, offered: Collection[Scope], **options: Any) -> None:
        """Offer those scopes that the maker may give."""
        super().__init__(*args, **options)
        words = [(scope.value, worded(SCOPES, scope)) for scope in Scope if scope in offered]
        self.fields["scopes"].choices = words  # type: ignore[attr-defined]

    def expires_at(self, *, now: datetime) -> datetime | None:
        """Return when the key ends, after the form was found valid."""
        lasts = self.cleaned_data["lasts"]
        return None if lasts == NEVER else now + timedelta(days=int(lasts))
