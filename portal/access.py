"""Who may see a page: signed in, and by the roles that the page names. Deny by default."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views import View

from accounts import queries
from accounts.authentication import sandbox_entered
from accounts.permissions import ANY_MEMBER, ANY_STAFF, Caller, Role, Rule, Staff, may_enter
from kernel.audit import Actor
from portal.resuming import forget_what_goes_on
from portal.step_up import money_question

# Who reviews listings or applications has no business with anybody's books.
BOOK_READERS: Final = ANY_STAFF - {Staff.LISTING_REVIEWER, Staff.SUBSIDY_REVIEWER}
SETTLED_READERS: Final = Rule(allowed_roles=ANY_MEMBER, allowed_staff_roles=ANY_STAFF)
USAGE_READERS: Final = Rule(
    allowed_roles={Role.OWNER, Role.FINANCE, Role.DEVELOPER, Role.VIEWER},
    allowed_staff_roles=BOOK_READERS,
)
# The first page of who uses cards; staff have desks of their own.
OVERVIEW_READERS: Final = Rule(allowed_roles=USAGE_READERS.allowed_roles)
BILL_READERS: Final = Rule(
    allowed_roles={Role.OWNER, Role.FINANCE, Role.VIEWER}, allowed_staff_roles=BOOK_READERS
)
# Who decides on public money, or checks those who do.
AUDIT_READERS: Final = Rule(
    allowed_staff_roles={
        Staff.SUBSIDY_OFFICER,
        Staff.SUBSIDY_APPROVER,
        Staff.FINANCE,
        Staff.AUDITOR,
    }
)
FUND_READERS: Final = AUDIT_READERS
# Peers who score applications for subsidies.
REVIEWERS: Final = Rule(allowed_staff_roles={Staff.SUBSIDY_REVIEWER})
# Whose money a transfer is, finance decides; an auditor reads.
BANK_READERS: Final = Rule(allowed_staff_roles={Staff.FINANCE, Staff.AUDITOR})
RUN_READERS: Final = Rule(allowed_staff_roles={Staff.FINANCE, Staff.OPERATOR, Staff.AUDITOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """All that somebody may, wherever he may it: in the real world, or in a sandbox alone."""

    user_id: int
    staff_roles: frozenset[Staff]
    roles_by_organisation: Mapping[int, frozenset[Role]]
    sandbox_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Whose figures somebody may see: those of `tenant_ids`, or of all when it is None."""

    tenant_ids: list[int] | None

    @property
    def sees_everyone(self) -> bool:
        """Say whether every tenant is shown."""
        return self.tenant_ids is None

    def sees(self, tenant_id: int) -> bool:
        """Say whether a tenant is shown."""
        return self.tenant_ids is None or tenant_id in self.tenant_ids


def rights_of(request: HttpRequest) -> Rights:
    """Return what who asks may; read once per request, for the page and for the navigation."""
    known = vars(request)
    if "rights" not in known:
        known["rights"] = _rights(request)
    rights: Rights = known["rights"]
    return rights


def _rights(request: HttpRequest) -> Rights:
    user_id = request.user.pk or 0
    sandbox_id, roles = sandbox_entered(user_id=user_id, session=request.session)
    if sandbox_id is not None:
        return Rights(
            user_id=user_id,
            staff_roles=frozenset(),
            roles_by_organisation={sandbox_id: roles},
            sandbox_id=sandbox_id,
        )
    return Rights(
        user_id=user_id,
        staff_roles=queries.staff_roles_of(user_id=user_id),
        roles_by_organisation=queries.roles_by_organisation(user_id=user_id),
    )


def viewer(*, rights: Rights, rule: Rule) -> Viewer | None:
    """Return what a person may see behind `rule`; None where he may not enter at all."""
    as_staff = Caller(user_id=rights.user_id, staff_roles=rights.staff_roles)
    if may_enter(caller=as_staff, rule=rule):
        return Viewer(tenant_ids=None)
    tenant_ids = [
        organisation_id
        for organisation_id, roles in rights.roles_by_organisation.items()
        if may_enter(
            caller=Caller(user_id=rights.user_id, organisation_id=organisation_id, roles=roles),
            rule=rule,
        )
    ]
    return Viewer(tenant_ids=sorted(tenant_ids)) if tenant_ids else None


class GuardedView(View):
    """A page for those whom its roles name; a page that names none lets nobody in.

    Strangers are asked to sign in; those who may not enter are told so. What a page with
    `lets_money_out` is sent takes a second factor that was just shown.
    """

    http_method_names = ["get", "head", "options"]
    allowed_roles: Collection[Role] = ()
    allowed_staff_roles: Collection[Staff] = ()
    lets_money_out: ClassVar[bool] = False

    viewer: Viewer

    @property
    def user_id(self) -> int:
        """Return who acts; a stranger never gets as far."""
        return self.request.user.pk or 0

    @property
    def actor(self) -> Actor:
        """Return him as the audit log names him."""
        return Actor.user(self.user_id)

    def dispatch(
        self, request: HttpRequest, *args: object, **kwargs: object
    ) -> HttpResponseBase | HttpResponse:
        """Let in whom the page names.

        Raises:
            PermissionDenied: signed in, but without any of the roles.
        """
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        rule = Rule(allowed_roles=self.allowed_roles, allowed_staff_roles=self.allowed_staff_roles)
        found = viewer(rights=rights_of(request), rule=rule)
        if found is None:
            raise PermissionDenied
        self.viewer = found
        question = money_question(request) if self.lets_money_out else None
        if question is not None:
            return question
        forget_what_goes_on(request)
        return super().dispatch(request, *args, **kwargs)
