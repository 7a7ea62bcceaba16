"""What a row of the permission matrix is made of (see permission_rows)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import Organisation
from accounts.permissions import Role, Scope, Staff


@dataclass(frozen=True)
class Access:
    """Who gets in with a method: keys by scope, members by role, staff by staff role."""

    scope: Scope | None = None
    roles: Collection[Role] = ()
    staff: Collection[Staff] = ()
    public: bool = False
    # Everybody who signed in, with or without any role.
    signed_in: bool = False
    # What to send, so that a view gets as far as looking for the object.
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class World:
    """For whom `make` makes its object."""

    organisation: Organisation


@dataclass(frozen=True)
class Row:
    """One URL: its methods, and how to name an object in its path."""

    methods: Mapping[str, Access]
    make: Callable[[World], dict[str, object]] | None = None
    # False where the path names something that belongs to no tenant, such as a page number.
    owned: bool = True
