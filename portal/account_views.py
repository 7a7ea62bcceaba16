"""The pages of one's own account that are ours; the others are allauth's (account_urls)."""

from typing import cast
from uuid import UUID

from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views import View

from accounts import queries, second_factor
from accounts.invitations.operations import InvitationNotFound, accept_invitation
from accounts.invitations.queries import invitation_by_token, invitations_for
from accounts.membership.operations import UnableToAddMember
from accounts.models import User
from accounts.sign_in import INVITED_SESSION_KEY
from kernel.clock import utc_now
from portal.people import invited, own_organisations


class AccountView(LoginRequiredMixin, View):
    """Who one is here: address, organisations with roles, second factor."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        user = cast("User", request.user)
        context = {
            "organisations": own_organisations(queries.memberships_of(user_id=user.pk)),
            "invitations": invited(invitations_for(email=user.email, now=utc_now())),
            "has_second_factor": second_factor.exists(user=user),
        }
        return render(request, "portal/account.html", context)


class InvitationView(View):
    """What the link of an invitation leads to: whoever has it sees by whom and to what."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show it, with the way in; a link that has become nothing says so."""
        found = invitation_by_token(token=token, now=utc_now())
        if found is None:
            return render(request, "portal/invitation_gone.html", status=404)
        request.session[INVITED_SESSION_KEY] = found.email
        user = request.user
        context = {
            "invitation": invited([found])[0],
            "is_for_me": isinstance(user, User) and user.email == found.email,
        }
        return render(request, "portal/invitation.html", context)


class AcceptInvitationView(LoginRequiredMixin, View):
    """Take a role that was offered to one's own address."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, invitation_id: UUID) -> HttpResponse:
        """Accept; an invitation for somebody else is as absent as one that never was."""
        try:
            accept_invitation(
                invitation_id=invitation_id, user_id=request.user.pk or 0, now=utc_now()
            )
        except InvitationNotFound as error:
            raise Http404 from error
        except UnableToAddMember:
            messages.info(request, _("You have that role already."))
        return redirect("account")


class EndSessionView(LoginRequiredMixin, View):
    """End one of one's own sessions, in another browser."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, session_id: int) -> HttpResponse:
        """End it; somebody else's is as absent as one that never was."""
        session = get_object_or_404(UserSession, pk=session_id, user_id=request.user.pk)
        get_adapter().end_sessions([session])
        return redirect("usersessions_list")


class RemoveKeyView(RemoveWebAuthnView):  # type: ignore[misc]
    """Remove a key; allauth asks whether one may for authenticator apps only."""

    def form_valid(self, form: Form) -> HttpResponse:
        """Remove it, unless staff would be left without a second factor."""
        adapter = get_mfa_adapter()
        if not adapter.can_delete_authenticator(self.get_object()):
            form.add_error(None, adapter.error_messages["cannot_delete_authenticator"])
            response: HttpResponse = self.form_invalid(form)
        else:
            response = super().form_valid(form)
        return response
