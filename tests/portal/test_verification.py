"""The wizard and the desks as people use them, without JavaScript."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Organisation, Verification, VerificationPayment
from accounts.permissions import Role, Staff
from accounts.verification.kinds import Outcome
from kernel.clock import utc_now
from kernel.models import AuditEntry
from tests.builders.accounts import make_member, make_organisation, make_staff
from tests.builders.sessions import give_second_factor, signed_in
from tests.builders.verification import (
    PDF,
    PNG,
    attach,
    decide_case,
    make_case,
    make_payment,
    make_sent_payment,
    make_submitted_case,
    make_uscc,
)

pytestmark = pytest.mark.django_db
QUERIES_MAX = 26
DESK = "/desk/verification"


def body(response) -> str:
    return response.content.decode()


def seen_in(page: str) -> str:
    return re.search(r'name="seen" value="([0-9a-f]{32})"', page)[1]


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation(code="qinglan", name="青岚视觉")


@pytest.fixture
def owner(organisation) -> Client:
    return signed_in(make_member(organisation=organisation))


@pytest.fixture
def officer() -> Client:
    return signed_in(make_staff(role=Staff.SUBSIDY_OFFICER))


def at(step: str = "") -> str:
    return f"/organisations/qinglan/verification{step}"


def save(client: Client, step: str, **values: object):
    """Open a step as a person does, and send it."""
    page = body(client.get(at(step)))
    seen = re.search(r'name="seen" value="([0-9a-f]{32})"', page)
    hidden = {"seen": seen[1]} if seen else {}
    return client.post(at(step), {**hidden, **values})


class TestWizard:
    def test_from_the_first_page_to_the_officers_queue(self, organisation, owner, officer):
        uscc = make_uscc()
        assert owner.post(at())["Location"] == at("/identity")
        save(owner, "/identity", uscc=f" {uscc.lower()} ", registered_name="青岚视觉科技有限公司")
        save(
            owner,
            "/size",
            industry="software",
            year=str(utc_now().year - 1),
            employees="99",
            revenue_yuan="50000.5",
        )
        page = body(owner.get(at("/size")))
        assert "小型企业" in page
        assert "50,000.5 万元" in page
        for kind, name in (("licence", "执照.pdf"), ("authorisation", "授权书.pdf")):
            file = SimpleUploadedFile(name, PDF, content_type="text/html")
            assert save(owner, "/papers", kind=kind, file=file).status_code == 302
        account = {"bank": "工商银行", "branch": "", "account_number": "0200 0034 0902 2126 678"}
        save(owner, "/account", **account)
        payment = VerificationPayment.objects.get()
        cashier = make_staff(role=Staff.FINANCE)
        give_second_factor(cashier)
        payer = signed_in(cashier)
        assert f"0.{payment.amount_fen:02d}" in body(payer.get(f"{DESK}/payments"))
        payer.post(f"{DESK}/payments/{payment.public_id}/sent", {"bank_reference": "B1"})
        save(owner, "/account", amount=f"0.{payment.amount_fen:02d}")
        assert "账户已确认" in body(owner.get(at("/account")))
        page = body(owner.get(at("/related")))
        owner.post(at("/related/none"), {"seen": seen_in(page)})
        assert owner.post(at("/review"), {"is_true": "on"})["Location"] == at()

        case = Verification.objects.get()
        assert (case.state, case.uscc, case.revenue_yuan) == ("submitted", uscc, 500_005_000)
        assert "青岚视觉科技有限公司" in body(officer.get(DESK))
        assert "已提交，正在审核" in body(owner.get(at()))
        answer = officer.post(
            f"{DESK}/{case.public_id}", {"submission_number": "1", "outcome": "approved"}
        )
        assert answer["Location"] == DESK
        organisation.refresh_from_db()
        assert (organisation.uscc, organisation.size_class) == (uscc, "small")
        assert "通过认证" in body(owner.get(at()))

    def test_without_the_undertaking_nothing_is_handed_in(self, owner, organisation):
        case = make_submitted_case(organisation)
        owner.post(at("/withdraw"))
        assert owner.post(at("/review")).status_code == 422
        case.refresh_from_db()
        assert case.state == "withdrawn"

    def test_what_is_wrong_is_said_and_what_was_typed_is_kept(self, owner):
        owner.post(at())
        answer = save(owner, "/identity", uscc="91350100M000100Y4A", registered_name="青岚")
        assert answer.status_code == 422
        assert 'value="91350100M000100Y4A"' in body(answer)
        assert "信用代码有误" in body(answer)

    def test_a_figure_that_the_industry_asks_for_is_missed(self, owner):
        owner.post(at())
        answer = save(
            owner, "/size", industry="construction", year=str(utc_now().year), employees="9"
        )
        assert answer.status_code == 422
        assert body(answer).count("所属行业须填写该指标") == 2
        assert 'value="9"' in body(answer)

    def test_a_second_window_does_not_overwrite_the_first(self, owner, organisation):
        make_case(organisation)
        stale = seen_in(body(owner.get(at("/identity"))))
        codes = [make_uscc(), make_uscc()]
        owner.post(at("/identity"), {"seen": stale, "uscc": codes[0], "registered_name": "甲"})

        second = {"seen": stale, "uscc": codes[1], "registered_name": "乙"}
        answer = owner.post(at("/identity"), second)

        assert answer.status_code == 409
        assert codes[1] in body(answer)
        assert Verification.objects.get().uscc == codes[0]
        again = owner.post(at("/identity"), {**second, "seen": seen_in(body(answer))})
        assert again.status_code == 302
        assert Verification.objects.get().uscc == codes[1]

    def test_a_code_that_another_holds_is_not_told_whose(self, owner, organisation):
        held = make_uscc()
        make_organisation(uscc=held, name="别家公司")
        make_case(organisation)
        answer = save(owner, "/identity", uscc=held, registered_name="青岚")
        assert answer.status_code == 409
        assert "已在本平台注册" in body(answer)
        assert "别家公司" not in body(answer)

    def test_steps_lead_to_the_overview_before_and_after(self, owner, organisation):
        assert owner.get(at("/size"))["Location"] == at()
        make_submitted_case(organisation)
        assert owner.get(at("/size"))["Location"] == at()
        assert owner.post(at("/size"), {})["Location"] == at()

    def test_related_organisations_are_named_and_taken_away(self, owner, organisation):
        make_case(organisation)
        code = make_uscc()
        save(owner, "/related", uscc=code, registered_name="母公司", relation="parent")
        page = body(owner.get(at("/related")))
        assert code in page
        assert "控制本单位" in page
        owner.post(re.search(r'action="([^"]+/related/[0-9a-f-]+/remove)"', page)[1])
        assert code not in body(owner.get(at("/related")))

    def test_the_officers_reasons_stand_at_the_step(self, owner, organisation):
        case = make_submitted_case(organisation)
        decide_case(case, Outcome.RETURNED, reason="", step_reasons={"documents": "执照看不清"})
        assert "执照看不清" in body(owner.get(at()))
        assert "执照看不清" in body(owner.get(at("/papers")))
        assert "执照看不清" not in body(owner.get(at("/size")))


class TestAmount:
    def test_wrong_amounts_are_counted_and_the_third_ends_it(self, owner, organisation):
        payment = make_sent_payment(make_case(organisation), now=utc_now())
        wrong = f"0.{payment.amount_fen % 99 + 1:02d}"

        pages = []
        for _ in range(3):
            save(owner, "/account", amount=wrong)
            pages.append(body(owner.get(at("/account"))))

        assert "还可尝试 2 次" in pages[0]
        assert "还可尝试 1 次" in pages[1]
        assert "三次填错" in pages[2]
        assert "申请打款" in pages[2]

    @pytest.mark.parametrize("text", ["0", "1.00", "0.001", "-0.5", "eins"])
    def test_what_is_no_amount_uses_up_no_try(self, owner, organisation, text):
        payment = make_sent_payment(make_case(organisation), now=utc_now())
        assert save(owner, "/account", amount=text).status_code == 422
        payment.refresh_from_db()
        assert payment.tries == 0

    def test_the_organisation_is_told_neither_amount_nor_number(self, owner, organisation):
        payment = make_sent_payment(make_case(organisation), now=utc_now())
        VerificationPayment.objects.filter(id=payment.pk).update(amount_fen=73)
        for step in ("", "/account", "/review"):
            page = body(owner.get(at(step)))
            assert "0.73" not in page
            assert "0200003409022126678" not in page
            assert "6678" in page or step == ""

    def test_given_up_another_account_may_be_named(self, owner, organisation):
        make_payment(make_case(organisation), now=utc_now())
        owner.post(at("/account/cancel"))
        assert 'name="account_number"' in body(owner.get(at("/account")))
        answer = save(owner, "/account", bank="工商银行", account_number="12 34")
        assert answer.status_code == 422
        assert 'value="12 34"' in body(answer)


class TestPapers:
    def test_one_is_sent_as_a_file_to_be_saved(self, owner, organisation):
        document = attach(make_case(organisation), content=PNG, file_name="执照.png")
        answer = owner.get(at(f"/papers/{document.public_id}"))
        assert b"".join(answer.streaming_content) == PNG
        assert answer["Content-Disposition"].startswith("attachment;")
        assert answer["Content-Type"] == "image/png"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "private, no-store"

    def test_another_organisations_is_absent(self, owner, organisation):
        make_case(organisation)
        foreign = attach(make_case())
        assert owner.get(at(f"/papers/{foreign.public_id}")).status_code == 404
        assert owner.post(at(f"/papers/{foreign.public_id}/remove")).status_code == 404

    def test_what_is_refused_is_said_at_the_field(self, owner, organisation):
        make_case(organisation)
        script = SimpleUploadedFile("a.pdf", b"<html><script>", content_type="application/pdf")
        answer = save(owner, "/papers", kind="licence", file=script)
        assert answer.status_code == 422
        assert "不是 PDF、JPEG 或 PNG" in body(answer)
        empty = SimpleUploadedFile("a.pdf", b"", content_type="application/pdf")
        assert "文件是空的" in body(save(owner, "/papers", kind="licence", file=empty))
        large = SimpleUploadedFile("a.pdf", PDF + bytes(10 * 1024 * 1024))
        assert "超过 10" in body(save(owner, "/papers", kind="licence", file=large))

    def test_an_officers_reading_is_written_down(self, officer):
        case = make_submitted_case()
        document = case.documents.first()
        answer = officer.get(f"{DESK}/{case.public_id}/papers/{document.public_id}")
        assert b"".join(answer.streaming_content) == PDF
        entry = AuditEntry.objects.get(action="verification.read_paper")
        assert entry.detail["document"] == str(document.public_id)

    def test_a_paper_of_a_draft_is_not_there_for_officers(self, officer):
        document = attach(make_case())
        path = f"{DESK}/{document.verification.public_id}/papers/{document.public_id}"
        assert officer.get(path).status_code == 404


class TestDesk:
    def test_the_queue_is_filtered_and_sent_as_a_file(self, officer):
        long_ago = make_submitted_case(
            make_organisation(name="早来"), now=utc_now() - timedelta(40)
        )
        make_submitted_case(make_organisation(name="新到"), now=utc_now())
        decide_case(make_submitted_case(make_organisation(name="已批")), Outcome.APPROVED)

        page = body(officer.get(DESK))
        assert page.index("早来") < page.index("新到")
        assert "已批" not in page
        assert "1 件已逾期" in page
        assert "新到" not in body(officer.get(f"{DESK}?late=1"))
        assert "早来" not in body(officer.get(f"{DESK}?name=新到"))
        assert "早来" in body(officer.get(f"{DESK}?name={long_ago.uscc.lower()}"))
        assert "已批" in body(officer.get(f"{DESK}?state=approved"))
        assert "没有符合筛选条件的申请" in body(officer.get(f"{DESK}?name=无此单位"))
        assert officer.get(f"{DESK}?state=nonsense").status_code == 404
        file = officer.get(f"{DESK}?file=csv")
        text = b"".join(file.streaming_content).decode("utf-8-sig")
        assert text.splitlines()[0].startswith("单位,统一社会信用代码,")
        assert len(text.splitlines()) == 3

    @pytest.mark.parametrize("outcome", [Outcome.RETURNED, None])
    def test_a_case_in_the_mending_stays_under_the_name_it_was_handed_in_with(
        self, officer, owner, organisation, outcome
    ):
        # given a case that came back, or was taken back
        case = make_submitted_case(organisation)
        if outcome is None:
            owner.post(at("/withdraw"))
        else:
            decide_case(case, outcome)
        handed_in, typed = case.uscc, make_uscc()
        # when another name is typed, and the organisation calls itself otherwise
        save(owner, "/identity", uscc=typed, registered_name="改名后公司")
        Organisation.objects.filter(pk=organisation.pk).update(name="今名")
        # then officers find it under what was handed in, in the queue, its file and its page
        assert handed_in in body(officer.get(f"{DESK}?state=returned"))
        for address in (f"{DESK}?state=returned", f"{DESK}/{case.public_id}"):
            page = body(officer.get(address))
            assert "青岚视觉 有限公司" in page
            assert "改名后公司" not in page
            assert "今名" not in page
            assert typed not in page
        file = officer.get(f"{DESK}?state=returned&file=csv")
        text = b"".join(file.streaming_content).decode("utf-8-sig")
        assert "青岚视觉 有限公司" in text
        assert typed not in text
        assert "没有符合" in body(officer.get(f"{DESK}?state=returned&name=改名后"))
        # and a paper that another organisation hands in too is told under that name
        other = signed_in(make_staff(role=Staff.SUBSIDY_OFFICER))
        twin = make_submitted_case()
        assert "青岚视觉 有限公司" in body(other.get(f"{DESK}/{twin.public_id}"))

    def test_an_empty_queue_says_what_comes(self, officer):
        assert "没有待决定的申请" in body(officer.get(DESK))

    def test_everything_stands_beside_each_other(self, officer):
        case = make_submitted_case(make_organisation(name="青岚视觉"))
        page = body(officer.get(f"{DESK}/{case.public_id}"))
        for text in ("青岚视觉 有限公司", case.uscc, "小型企业", "四（十二）", "•••• 6678"):
            assert text in page
        assert case.documents.first().file.sha256 in page

    def test_coincidences_are_pointed_out(self, officer):
        make_submitted_case(make_organisation(name="先来"))
        case = make_submitted_case(make_organisation(name="后到"))
        page = body(officer.get(f"{DESK}/{case.public_id}"))
        assert "也曾由 先来 有限公司 提交" in page

    def test_a_refusal_without_a_reason_keeps_what_was_typed(self, officer):
        case = make_submitted_case()
        decision = {"submission_number": "1", "outcome": "returned", "reason": " "}
        answer = officer.post(f"{DESK}/{case.public_id}", decision)
        assert answer.status_code == 409
        assert "须说明理由" in body(answer)
        assert re.search(r'value="returned"[^>]*checked', body(answer))

    def test_an_approver_and_an_auditor_read_alone(self):
        case = make_submitted_case()
        for role in (Staff.SUBSIDY_APPROVER, Staff.AUDITOR):
            reader = signed_in(make_staff(role=role))
            assert 'name="outcome"' not in body(reader.get(f"{DESK}/{case.public_id}"))
            answer = reader.post(f"{DESK}/{case.public_id}", {"outcome": "approved"})
            assert answer.status_code == 404
        case.refresh_from_db()
        assert case.state == "submitted"

    def test_a_returned_case_hides_what_is_being_changed(self, officer, organisation):
        case = make_submitted_case(organisation)
        decide_case(case, Outcome.RETURNED)
        Verification.objects.filter(id=case.pk).update(registered_name="改到一半")
        page = body(officer.get(f"{DESK}/{case.public_id}"))
        assert "SHA-256" in page
        assert "•••• 6678" not in page
        assert "改到一半" not in page

    def test_only_owners_walk_the_wizard(self, organisation):
        make_submitted_case(organisation)
        for role in set(Role) - {Role.OWNER}:
            member = signed_in(make_member(organisation=organisation, role=role))
            assert member.get(at()).status_code == 403
        stranger = signed_in(make_member())
        assert stranger.get(at()).status_code == 404

    def test_the_pages_take_few_queries(
        self, owner, officer, organisation, django_assert_max_num_queries
    ):
        case = make_submitted_case(organisation)
        for _ in range(5):
            make_submitted_case()
        for client, path in (
            (owner, at()),
            (officer, DESK),
            (officer, f"{DESK}/{case.public_id}"),
        ):
            with django_assert_max_num_queries(QUERIES_MAX):
                assert client.get(path).status_code == 200
