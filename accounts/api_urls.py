"""Addresses of accounts below /api/v1/."""

from django.urls import path

from accounts.keys import api as keys
from accounts.membership import api as membership
from accounts.organisations import api as organisations
from accounts.verification import api as verification
from accounts.webhooks import api as webhooks
from accounts.webhooks import attempts_api

urlpatterns = [
    path("organisation", organisations.OwnOrganisation.as_view(), name="own-organisation"),
    path("members", membership.Members.as_view(), name="members-list"),
    path(
        "members/<uuid:member_id>/role",
        membership.MemberRole.as_view(),
        name="member-change-role",
    ),
    path("members/<uuid:member_id>/end", membership.MemberEnd.as_view(), name="member-end-role"),
    path("invitations", membership.Invitations.as_view(), name="invitations-list"),
    path(
        "invitations/<uuid:invitation_id>/revoke",
        membership.InvitationRevocation.as_view(),
        name="invitation-take-back",
    ),
    path("verification", verification.VerificationStanding.as_view(), name="verification-read"),
    path("keys", keys.Keys.as_view(), name="keys"),
    path("keys/<uuid:key_id>/revoke", keys.KeyRevocation.as_view(), name="key-revoke"),
    path("keys/<uuid:key_id>/rotate", keys.KeyRotation.as_view(), name="key-rotate"),
    path("webhooks/endpoints", webhooks.Endpoints.as_view(), name="webhook-endpoints"),
    path(
        "webhooks/endpoints/<uuid:endpoint_id>",
        webhooks.Endpoint.as_view(),
        name="webhook-endpoint",
    ),
    path(
        "webhooks/endpoints/<uuid:endpoint_id>/rotate",
        webhooks.SecretRotation.as_view(),
        name="webhook-rotate",
    ),
    path(
        "webhooks/endpoints/<uuid:endpoint_id>/ping",
        webhooks.EndpointPing.as_view(),
        name="webhook-ping",
    ),
    path("webhooks/deliveries", webhooks.Deliveries.as_view(), name="webhook-deliveries"),
    path(
        "webhooks/deliveries/<uuid:delivery_id>/attempts",
        attempts_api.DeliveryAttempts.as_view(),
        name="webhook-attempts",
    ),
    path(
        "webhooks/deliveries/<uuid:delivery_id>/redeliver",
        webhooks.Redelivery.as_view(),
        name="webhook-redeliver",
    ),
]
