"""Reads of one person's notifications and of what he wants to be told."""

from collections.abc import Mapping
from uuid import UUID

from accounts.notifications.kinds import RULES, Channel, Kind, is_told
from accounts.notifications.models import Notification, NotificationPreference

__all__ = ["Notification"]


def unread_count(*, user_id: int) -> int:
    """Return how many notifications of a person's inbox are new."""
    return Notification.objects.filter(user_id=user_id, in_inbox=True, read_at=None).count()


def inbox_page(
    *,
    user_id: int,
    after: UUID | None = None,
    only_unread: bool = False,
    kind: str = "",
    limit: int,
) -> list[Notification]:
    """Return a person's notifications ('' of any kind), the newest first, behind `after`."""
    rows = Notification.objects.filter(user_id=user_id, in_inbox=True)
    if only_unread:
        rows = rows.filter(read_at=None)
    if kind:
        rows = rows.filter(kind=kind)
    if after is not None:
        last = Notification.objects.filter(user_id=user_id, public_id=after).first()
        rows = rows.filter(id__lt=last.pk) if last is not None else rows.none()
    return list(rows.select_related("organisation").order_by("-id")[:limit])


def own_notification(*, user_id: int, public_id: UUID) -> Notification | None:
    """Return a notification of a person, or None: there is none, or it is somebody else's."""
    own = Notification.objects.filter(user_id=user_id, in_inbox=True, public_id=public_id)
    return own.select_related("organisation").first()


def preferences(*, user_id: int) -> Mapping[tuple[Kind, Channel], bool]:
    """Return for each kind and channel whether a person is told."""
    kept = {
        (row.kind, row.channel): row.is_wanted
        for row in NotificationPreference.objects.filter(user_id=user_id)
    }
    return {
        (kind, channel): is_told(kind, channel, preference=kept.get((kind, channel)))
        for kind in RULES
        for channel in Channel
    }
