"""Who a request comes from: an API key by its bearer token, or a person by his session."""

from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import operations, queries
from accounts.models import ApiKey, User
from accounts.permissions import Caller, Role, Scope
from accounts.sandboxes.queries import roles_in_sandbox
from kernel.clock import utc_now

ORGANISATION_SESSION_KEY: Final = "organisation_id"
SANDBOX_SESSION_KEY: Final = "sandbox_id"
_SCHEME: Final = "bearer"


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer sk_…`. The key becomes `request.auth`; there is no person."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        """Return the key, or None when the request shows no bearer token.

        Raises:
            AuthenticationFailed: the token is not a live key; why is not told.
        """
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != _SCHEME:
            return None
        try:
            api_key = operations.authenticate_api_key(text=token.strip(), now=utc_now())
        except operations.UnableToAuthenticate as error:
            raise AuthenticationFailed(error.message, code=error.code) from error
        return AnonymousUser(), api_key

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge that makes a refusal a 401."""
        return 'Bearer realm="api"'


def caller_of(request: Request) -> Caller:
    """Return who asks and on whose behalf; somebody unknown is a caller without rights.

    Kept on the request, because permission and view both ask.
    """
    known: Caller | None = getattr(request, "_suanji_caller", None)
    if known is None:
        known = _caller(request)
        request._suanji_caller = known  # type: ignore[attr-defined]  # noqa: SLF001
    return known


def _caller(request: Request) -> Caller:
    if isinstance(request.auth, ApiKey):
        return Caller(
            organisation_id=request.auth.organisation_id,
            api_key_id=request.auth.id,
            scopes=frozenset(Scope(scope) for scope in request.auth.scopes if scope in set(Scope)),
        )
    if isinstance(request.user, User) and request.user.is_active:
        return caller_of_person(user=request.user, session=request.session)
    return Caller()


def sandbox_entered(*, user_id: int, session: SessionBase) -> tuple[int | None, frozenset[Role]]:
    """Return the sandbox that a person has entered, and what he is there.

    None once it was made anew, or once he has no role in the organisation any more.
    """
    chosen = session.get(SANDBOX_SESSION_KEY)
    if chosen is None:
        return None, frozenset()
    roles = roles_in_sandbox(user_id=user_id, sandbox_id=chosen)
    return (chosen, roles) if roles else (None, frozenset())


def caller_of_person(*, user: User, session: SessionBase) -> Caller:
    """Return what a person may do now, for the organisation he chose or his only one.

    Roles are read each time: an ended membership ends its rights at the next request. Whoever is
    in a sandbox is nobody of the exchange's staff there, and sees nothing real.
    """
    sandbox_id, sandbox_roles = sandbox_entered(user_id=user.id, session=session)
    if sandbox_id is not None:
        return Caller(user_id=user.id, organisation_id=sandbox_id, roles=sandbox_roles)
    memberships = queries.roles_by_organisation(user_id=user.id)
    chosen = session.get(ORGANISATION_SESSION_KEY)
    if chosen is None and len(memberships) == 1:
        chosen = next(iter(memberships))
    roles = memberships.get(chosen, frozenset()) if chosen is not None else frozenset()
    return Caller(
        user_id=user.id,
        organisation_id=chosen if roles else None,
        roles=roles,
        staff_roles=queries.staff_roles_of(user_id=user.id),
    )
