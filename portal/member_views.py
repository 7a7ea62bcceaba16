"""The desk of an organisation's owners: who belongs to it, as what, and who is invited."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts import queries
from accounts.invitations import operations as invitations
from accounts.membership import operations as membership
from accounts.models import Organisation
from accounts.permissions import Role
from kernel.clock import utc_now
from kernel.errors import DomainError
from portal.exports import FileAnswer, wanted_kind
from portal.finding import looked_for
from portal.forms import ROLE_CHOICES, ChangeRoleForm, EndRoleForm, InviteForm
from portal.organisation import OrganisationView
from portal.organisation_tables import people_tables
from portal.page_tables import file_of, searching
from portal.people import invited, members


class OwnersView(OrganisationView):
    """A page about an organisation that the viewer owns; any other is absent."""

    allowed_roles = (Role.OWNER,)

    def members_page(
        self, request: HttpRequest, organisation: Organisation, *, form: InviteForm, status: int
    ) -> HttpResponse:
        """Show the people, the open invitations and the form as it was typed."""
        tables = people_tables(organisation_id=organisation.pk, now=utc_now())
        text = looked_for(request)
        context = {
            **searching(tables, text=text),
            "members": members(tables["members"].found(text=text)),
            "invitations": invited(tables["invitations"].found(text=text)),
            "role_choices": ROLE_CHOICES,
            "form": form,
        }
        return self.page(
            request,
            "portal/members.html",
            organisation=organisation,
            context=context,
            status=status,
        )


class MembersView(OwnersView):
    """The people of an organisation; a form invites."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest, code: str) -> HttpResponse | FileAnswer:
        """Show them, or send one of the lists as a file."""
        kind = wanted_kind(request)
        if kind is not None:
            tables = people_tables(organisation_id=self.own(code).pk, now=utc_now())
            return file_of(request, tables, name=code, kind=kind)
        return self.members_page(request, self.own(code), form=InviteForm(), status=200)

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Invite somebody, and send him the link."""
        organisation = self.own(code)
        form = InviteForm(request.POST)
        if not form.is_valid():
            return self.members_page(request, organisation, form=form, status=422)
        try:
            invitations.invite(
                organisation_id=organisation.pk,
                email=form.cleaned_data["email"],
                role=form.cleaned_data["role"],
                invited_by_id=self.user_id,
                now=utc_now(),
            )
        except invitations.UnableToInvite:
            form.add_error(None, _("This person has the role already, or too many are invited."))
            return self.members_page(request, organisation, form=form, status=409)
        messages.success(request, _("The invitation is on its way."))
        return redirect("members", code=code)


class RevokeInvitationView(OwnersView):
    """Take an open invitation back."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str, invitation_id: UUID) -> HttpResponse:
        """Revoke it; one that is not open, or of another organisation, is absent."""
        try:
            invitations.revoke_invitation(
                organisation_id=self.own(code).pk,
                invitation_id=invitation_id,
                actor=self.actor,
                now=utc_now(),
            )
        except invitations.InvitationNotFound as error:
            raise Http404 from error
        return redirect("members", code=code)


class ChangeRoleView(OwnersView):
    """Give a member another role in place of one that he has."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str, person_id: UUID) -> HttpResponse:
        """Change it, or say why not."""
        organisation, user_id = _member(self.own(code), person_id)
        form = ChangeRoleForm(request.POST)
        if form.is_valid():
            try:
                membership.change_role(
                    user_id=user_id,
                    organisation_id=organisation.pk,
                    role=form.cleaned_data["role"],
                    new_role=form.cleaned_data["new_role"],
                    actor=self.actor,
                    now=utc_now(),
                )
            except DomainError as error:
                messages.error(request, _refusal(error))
        return redirect("members", code=code)


class EndRoleView(OwnersView):
    """End a role of a member."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str, person_id: UUID) -> HttpResponse:
        """End it, or say why not."""
        organisation, user_id = _member(self.own(code), person_id)
        form = EndRoleForm(request.POST)
        if form.is_valid():
            try:
                membership.end_membership(
                    user_id=user_id,
                    organisation_id=organisation.pk,
                    role=form.cleaned_data["role"],
                    actor=self.actor,
                    now=utc_now(),
                )
            except DomainError as error:
                messages.error(request, _refusal(error))
        if user_id == self.user_id:
            return redirect("account")
        return redirect("members", code=code)


def _member(organisation: Organisation, person_id: UUID) -> tuple[Organisation, int]:
    try:
        user_id = queries.member_id(organisation_id=organisation.pk, user_public_id=person_id)
    except queries.UserNotFound as error:
        raise Http404 from error
    return organisation, user_id


def _refusal(error: DomainError) -> str:
    if isinstance(error, membership.LastOwner):
        return _("This is the last owner. Make somebody else an owner first.")
    if isinstance(error, membership.UnableToAddMember):
        return _("This person has that role already.")
    return _("This person no longer has that role.")
