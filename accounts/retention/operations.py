"""Forget, day by day, what its time is over for (docs/personal-data.md says how long and why)."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from allauth.account.models import EmailConfirmation
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Coalesce, Concat

from accounts.models import Invitation
from accounts.verification.documents.operations import forget_abandoned_papers
from kernel.audit import forget_origins
from kernel.idempotency import forget_keys
from kernel.transactions import transaction

# Somebody who never answered was never ours to know.
UNANSWERED_KEPT_FOR: Final = timedelta(days=90)
# A client that has not repeated a request by then never will.
ANSWERS_KEPT_FOR: Final = timedelta(days=30)


def forget_what_is_over(*, now: datetime) -> Counter[str]:
    """Delete what is kept for a time only, and return how many rows went, by what they were.

    Harmless to repeat, and to stop in the midst: each kind is forgotten by itself.
    """
    gone: Counter[str] = Counter()
    with transaction():
        gone["sessions"], _ = Session.objects.filter(expire_date__lt=now).delete()
        gone["session_addresses"] = _forget_ended_sessions()
    with transaction():
        gone["confirmations"], _ = EmailConfirmation.objects.all_expired().delete()
        gone["invitations"] = _forget_unanswered(now=now)
    with transaction():
        before = now - timedelta(days=settings.AUDIT_ORIGIN_DAYS)
        gone["origins"] = forget_origins(before=before)
    gone["abandoned_papers"] = forget_abandoned_papers(now=now)
    gone["answers"] = forget_keys(before=now - ANSWERS_KEPT_FOR)
    return gone


def _forget_ended_sessions() -> int:
    """Delete address and browser of sessions that are no more."""
    live = Session.objects.filter(session_key=OuterRef("session_key"))
    deleted: int = UserSession.objects.filter(~Exists(live)).delete()[0]
    return deleted


def _forget_unanswered(*, now: datetime) -> int:
    """Take the address out of offers that were never taken and have long ended."""
    long_ago = now - UNANSWERED_KEPT_FOR
    ended = Q(expires_at__lt=long_ago) | Q(revoked_at__lt=long_ago)
    unanswered = Invitation.objects.filter(ended, accepted_at__isnull=True)
    nobody = Concat(Value("erased-"), Cast(F("public_id"), CharField()), Value("@erased.invalid"))
    known = unanswered.exclude(email__endswith="@erased.invalid")
    forgotten: int = known.update(email=nobody, revoked_at=Coalesce(F("revoked_at"), now))
    return forgotten
