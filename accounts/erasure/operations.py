"""Forget who somebody was, and keep what he did: rows and seals stay, names and addresses go."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from accounts.membership.operations import end_memberships_of
from accounts.models import Invitation, Notification, NotificationPreference, StaffRole, User
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.transactions import transaction

# Who decided on public money stays known as long as vouchers are kept. 会计档案管理办法
# (财政部、国家档案局令第79号, in force since 2016-01-01), 附表一: 会计凭证 30年; 第十四条: counted
# from the first day after the accounting year; 第十五条: at least so long.
VOUCHER_YEARS: Final = 30


class UnableToErase(DomainError):
    """Who decided on public money stays known while the vouchers are kept."""

    code = "unable_to_erase"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """Whom it concerned, by the id that stays, and how many rows went."""

    public_id: UUID
    removed: Counter[str]


def erase_person(*, user_id: int, actor: Actor, now: datetime) -> Erasure:
    """Remove what tells who the person is, end all he may, and keep the row that facts point to.

    Raises:
        UnableToErase: he decided on public money, and the vouchers are still kept.
        LastOwner: an organisation would lose its last owner.
    """
    with transaction():
        user = User.objects.get(id=user_id)
        _refuse_decider(user, now=now)
        end_memberships_of(user_id=user.pk, actor=actor, now=now)
        nobody = f"erased-{user.public_id}@erased.invalid"
        removed = Counter(_remove_ways_in(user))
        removed["invitations"] = _forget_invitations(user.email, nobody=nobody, now=now)
        removed["notifications"] = _forget_notifications(user)
        removed["origins"] = audit.forget_origins_of(actor=Actor.user(user.pk))
        _forget(user, nobody=nobody)
        audit.record(
            action="accounts.erase_person",
            object_type="user",
            object_id=user.pk,
            actor=actor,
            detail=dict(removed),
            now=now,
        )
    return Erasure(public_id=user.public_id, removed=removed)


def _refuse_decider(user: User, *, now: datetime) -> None:
    recent = Q(ended_at__isnull=True) | Q(ended_at__gte=_kept_since(now))
    if StaffRole.objects.filter(recent, user_id=user.pk).exists():
        message = "This person had a staff role: the vouchers of his decisions are kept 30 years."
        raise UnableToErase(message)


def _kept_since(now: datetime) -> datetime:
    """Return the first instant whose vouchers are still kept: a year counts from its end."""
    zone = ZoneInfo(settings.BILLING_TIME_ZONE)
    return datetime(now.astimezone(zone).year - VOUCHER_YEARS, 1, 1, tzinfo=zone)


def _remove_ways_in(user: User) -> dict[str, int]:
    sessions = list(UserSession.objects.filter(user_id=user.pk))
    for session in sessions:
        session.end()
    counts = {"sessions": len(sessions)}
    for name, model in (
        ("addresses", EmailAddress),
        ("second_factors", Authenticator),
        ("single_sign_ons", SocialAccount),
    ):
        counts[name], _ = model.objects.filter(user_id=user.pk).delete()
    return counts


def _forget_invitations(email: str, *, nobody: str, now: datetime) -> int:
    """Take his address out of invitations; what nobody answered counts as taken back."""
    his = Invitation.objects.filter(email=email)
    his.filter(accepted_at__isnull=True).update(revoked_at=Coalesce(F("revoked_at"), now))
    return his.update(email=nobody)


def _forget_notifications(user: User) -> int:
    """Delete what he was told and what he wanted to be told; return how much he was told."""
    NotificationPreference.objects.filter(user_id=user.pk).delete()
    count, _ = Notification.objects.filter(user_id=user.pk).delete()
    return count


def _forget(user: User, *, nobody: str) -> None:
    user.email = nobody
    user.name = ""
    user.last_login = None
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()
