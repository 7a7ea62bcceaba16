"""The addresses of an organisation's own desk, below its code."""

from django.urls import path

from portal import key_views, member_views

urlpatterns = [
    path("members", member_views.MembersView.as_view(), name="members"),
    path(
        "members/<uuid:person_id>/role", member_views.ChangeRoleView.as_view(), name="member-role"
    ),
    path("members/<uuid:person_id>/end", member_views.EndRoleView.as_view(), name="member-end"),
    path(
        "invitations/<uuid:invitation_id>/revoke",
        member_views.RevokeInvitationView.as_view(),
        name="invitation-revoke",
    ),
    path("keys", key_views.KeyListView.as_view(), name="keys"),
    path("keys/<uuid:key_id>/rotate", key_views.RotateKeyView.as_view(), name="key-rotate"),
    path("keys/<uuid:key_id>/revoke", key_views.RevokeKeyView.as_view(), name="key-revoke"),
]
