"""Organisations in verification: one returned, one that waits for an officer, one that begins."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from accounts.permissions import Role
from accounts.queries import members_of, organisation_by_code, user_by_email
from accounts.uscc import check_character, organisation_check_character
from accounts.verification import operations as verification
from accounts.verification import queries
from accounts.verification.cases import Case, fingerprint
from accounts.verification.decisions.operations import decide
from accounts.verification.documents.operations import attach_document
from accounts.verification.kinds import (
    Declaration,
    DocumentKind,
    Industry,
    Outcome,
    Relation,
    Step,
)
from accounts.verification.payments.operations import confirm_amount, mark_sent, request_payment
from accounts.verification.payments.queries import payment_orders
from demo.cast import MAIL

RETURNED: Final = "qinglan-vision"
WAITING: Final = "lixing-driving"
BEGUN: Final = "yongding-university"
# Invented, in the form of the registration office of Mentougou.
OFFICE: Final = "91110109"
PAPER: Final = b"%%PDF-1.7\n%% %s of %s, a demonstration\n%%%%EOF\n"
A_DAY: Final = timedelta(days=1)
WAN: Final = 10_000


def verify_some(*, now: datetime) -> None:
    """Let three organisations come as far as their desks have something to show."""
    returned = _Applicant(RETURNED, number=1)
    returned.fill(employees=86, revenue_wan=4_200, now=now - 3 * A_DAY)
    returned.hand_in(now=now - 2 * A_DAY)
    decide(
        verification_id=returned.case_id(now=now),
        submission_number=1,
        outcome=Outcome.RETURNED,
        reason="请按各步骤的说明补正后重新提交。",
        step_reasons={Step.DOCUMENTS: "营业执照副本边角缺失，请重新扫描整页。"},
        user_id=_staff("officer"),
        now=now - A_DAY,
    )
    waiting = _Applicant(WAITING, number=2)
    waiting.fill(employees=412, revenue_wan=9_900, now=now - A_DAY)
    waiting.name_parent(now=now)
    waiting.hand_in(now=now)
    begun = _Applicant(BEGUN, number=3)
    begun.fill(employees=None, revenue_wan=None, now=now)


class _Applicant:
    """An organisation with an owner who fills in its case."""

    def __init__(self, code: str, *, number: int) -> None:
        """Find it; `number` goes into its invented credit code."""
        self.organisation = organisation_by_code(code=code)
        owners = members_of(organisation_id=self.organisation.pk)
        email = next(member.email for member in owners if Role.OWNER in member.roles)
        self.user_id = user_by_email(email=email).pk
        self.number = number

    def fill(self, *, employees: int | None, revenue_wan: int | None, now: datetime) -> None:
        """Walk the steps up to the request of the small payment."""
        who = self._who(now)
        verification.start(**who)
        verification.save_identity(
            **who,
            uscc=uscc(self.number),
            registered_name=self.organisation.name,
            seen=self._seen(Step.IDENTITY, now),
        )
        if employees is not None and revenue_wan is not None:
            verification.save_size(
                **who,
                industry=Industry.SOFTWARE,
                employees=employees,
                revenue_yuan=revenue_wan * WAN,
                assets_yuan=None,
                year=now.year - 1,
                seen=self._seen(Step.SIZE, now),
            )
        for kind, name in (
            (DocumentKind.LICENCE, "营业执照（副本）.pdf"),
            (DocumentKind.AUTHORISATION, "授权书.pdf"),
        ):
            content = PAPER % (kind.encode(), self.organisation.code.encode())
            attach_document(**who, kind=kind, content=content, file_name=name)
        request_payment(
            **who,
            bank="中国工商银行",
            branch="北京门头沟支行",
            account_number=f"020000340902212{self.number:04d}",
        )

    def name_parent(self, *, now: datetime) -> None:
        """Name an organisation that controls this one."""
        verification.add_related_party(
            **self._who(now),
            uscc=uscc(900 + self.number),
            registered_name="砺行控股集团有限公司",
            relation=Relation.PARENT,
        )

    def hand_in(self, *, now: datetime) -> None:
        """Let finance pay, type the amount, say what is still to be said, and submit."""
        who, case = self._who(now), self._case(now)
        order = next(line for line in payment_orders() if line.holder == case.registered_name)
        mark_sent(
            payment_id=order.public_id,
            bank_reference=f"DEMO-{self.number:04d}",
            user_id=_staff("finance"),
            now=now,
        )
        confirm_amount(**who, amount_fen=order.amount_fen)
        if case.declaration == Declaration.NOT_MADE:
            seen = self._seen(Step.RELATIONS, now)
            verification.declare(**who, declaration=Declaration.NONE, seen=seen)
        verification.submit(**who)

    def case_id(self, *, now: datetime) -> UUID:
        """Return the public id of the case."""
        return self._case(now).public_id

    def _case(self, now: datetime) -> Case:
        case = queries.open_case(organisation_id=self.organisation.pk, now=now)
        if case is None:
            message = f"{self.organisation.code} has no open case."
            raise LookupError(message)
        return case

    def _seen(self, step: Step, now: datetime) -> str:
        return fingerprint(self._case(now), step)

    def _who(self, now: datetime) -> dict[str, Any]:
        return {"organisation_id": self.organisation.pk, "user_id": self.user_id, "now": now}


def uscc(number: int) -> str:
    """Return a well-formed credit code that nobody has: its subject begins with MA and zeros."""
    body = f"MA{number:06d}"
    subject = f"{OFFICE}{body}{organisation_check_character(body)}"
    return f"{subject}{check_character(subject)}"


def _staff(name: str) -> int:
    return user_by_email(email=f"{name}@{MAIL}").pk
