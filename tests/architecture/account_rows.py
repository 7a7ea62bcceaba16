"""Rows of signing in and of one's own account (see permission_rows): by name, one by one.

A view of allauth answers what is out of turn with a redirect to the log-in, which counts as
refused: so a method that only makes sense in the middle of a log-in has no row here.
"""

from __future__ import annotations

from typing import Final

from accounts.permissions import Role
from tests.architecture.access import Access, Row, World
from tests.builders.accounts import make_api_key, make_invitation, make_member


def a_member(world: World) -> dict[str, object]:
    """Name a viewer of the organisation."""
    member = make_member(organisation=world.organisation, role=Role.VIEWER)
    return {"code": world.organisation.code, "person_id": member.public_id}


def an_invitation(world: World) -> dict[str, object]:
    """Name an open invitation of the organisation."""
    issued = make_invitation(organisation=world.organisation)
    return {"code": world.organisation.code, "invitation_id": issued.invitation.public_id}


def a_key(world: World) -> dict[str, object]:
    """Name a live key of the organisation."""
    issued = make_api_key(organisation=world.organisation)
    return {"code": world.organisation.code, "key_id": issued.api_key.public_id}


PUBLIC: Final = Access(public=True)
SIGNED_IN: Final = Access(signed_in=True)

DOOR: Final = Row(methods={"GET": PUBLIC, "POST": PUBLIC})
OWN: Final = Row(methods={"GET": SIGNED_IN, "POST": SIGNED_IN})
SHOWN: Final = Row(methods={"GET": SIGNED_IN})
# Asks for a half-done log-in, or a factor or session of one's own: tests.portal.test_own_account.
IN_TURN: Final = Row(methods={}, make=lambda _: {}, owned=False)
LINK: Final = Row(methods={"GET": PUBLIC}, owned=False, make=lambda _: {"key": "none"})

OWNER: Final = Access(roles={Role.OWNER})
KEY_HOLDER: Final = Access(roles={Role.OWNER, Role.DEVELOPER})
SANDBOX_ACT: Final = Row(
    methods={"POST": KEY_HOLDER}, make=lambda world: {"code": world.organisation.code}
)

ACCOUNT_ROWS: Final[dict[str, Row]] = {
    "account": SHOWN,
    "resume": SHOWN,
    "account_login": DOOR,
    "account_logout": DOOR,
    "account_signup": DOOR,
    "account_inactive": Row(methods={"GET": PUBLIC}),
    "account_email_verification_sent": Row(methods={"GET": PUBLIC}),
    "account_confirm_email": LINK,
    "account_reset_password": DOOR,
    "account_reset_password_from_key": Row(
        methods={"GET": PUBLIC, "POST": PUBLIC},
        owned=False,
        make=lambda _: {"uidb36": "1", "key": "none"},
    ),
    "account_reset_password_done": Row(methods={"GET": PUBLIC}),
    "account_reset_password_from_key_done": Row(methods={"GET": PUBLIC}),
    "account_reauthenticate": OWN,
    "account_email": OWN,
    "account_change_password": OWN,
    "account_set_password": OWN,
    "mfa_login_webauthn": IN_TURN,
    "mfa_authenticate": IN_TURN,
    "mfa_reauthenticate": OWN,
    "mfa_reauthenticate_webauthn": OWN,
    "mfa_index": SHOWN,
    "mfa_activate_totp": OWN,
    "mfa_deactivate_totp": IN_TURN,
    "mfa_list_webauthn": SHOWN,
    "mfa_add_webauthn": OWN,
    "mfa_edit_webauthn": IN_TURN,
    "mfa_remove_webauthn": IN_TURN,
    "mfa_view_recovery_codes": IN_TURN,
    "mfa_generate_recovery_codes": OWN,
    "mfa_download_recovery_codes": IN_TURN,
    "organisation-keys": Row(
        methods={"GET": KEY_HOLDER, "POST": KEY_HOLDER},
        make=lambda world: {"code": world.organisation.code},
    ),
    "own-sandbox": Row(
        methods={"GET": KEY_HOLDER}, make=lambda world: {"code": world.organisation.code}
    ),
    "sandbox-enter": SANDBOX_ACT,
    "sandbox-fill": SANDBOX_ACT,
    "sandbox-close-month": SANDBOX_ACT,
    "sandbox-renew": Row(
        methods={"GET": KEY_HOLDER, "POST": KEY_HOLDER},
        make=lambda world: {"code": world.organisation.code},
    ),
    # Whoever is in none stays where he is.
    "sandbox-leave": Row(methods={"POST": SIGNED_IN}),
    "organisation-key-rotate": Row(methods={"POST": KEY_HOLDER}, make=a_key),
    "organisation-key-revoke": Row(methods={"POST": KEY_HOLDER}, make=a_key),
    "members": Row(
        methods={"GET": OWNER, "POST": OWNER}, make=lambda world: {"code": world.organisation.code}
    ),
    "member-role": Row(methods={"POST": OWNER}, make=a_member),
    "member-end": Row(methods={"POST": OWNER}, make=a_member),
    "invitation-revoke": Row(methods={"POST": OWNER}, make=an_invitation),
    # Whoever has the link may look; who may accept is in tests.portal.test_members.
    "invitation": Row(
        methods={"GET": PUBLIC},
        make=lambda _: {"token": make_invitation().token},
        owned=False,
    ),
    "invitation-accept": IN_TURN,
    "usersessions_end": IN_TURN,
    "usersessions_list": OWN,
}

# They exist only where a server is named: tests.architecture.test_single_sign_on_matrix.
SINGLE_SIGN_ON_ROWS: Final[dict[str, Row]] = {
    # Whatever the method, it sends to the provider.
    "openid_connect_login": Row(
        methods=dict.fromkeys(("GET", "POST", "PUT", "PATCH", "DELETE"), PUBLIC),
        owned=False,
        make=lambda _: {"provider_id": "sso"},
    ),
    # Without a log-in that was begun in this browser it tells everybody that it failed, with 401.
    "openid_connect_callback": Row(methods={}, owned=False, make=lambda _: {"provider_id": "sso"}),
    "socialaccount_login_cancelled": Row(methods={"GET": PUBLIC}),
    # It tells everybody the same words, with 401.
    "socialaccount_login_error": Row(methods={}),
    "socialaccount_signup": IN_TURN,
    # Django's form view takes PUT for POST.
    "socialaccount_connections": Row(methods=dict.fromkeys(("GET", "POST", "PUT"), SIGNED_IN)),
}
