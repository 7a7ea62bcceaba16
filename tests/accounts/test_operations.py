"""Writes to people, organisations, roles and keys, and what each refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import operations, queries
from accounts.keys.operations import revoke_key
from accounts.keys.queries import UnknownApiKey, key_page
from accounts.models import ApiKey, Membership, Organisation, StaffRole, User
from accounts.permissions import Caller, Role, Scope, Staff
from accounts.uscc import MalformedUscc
from tests.builders.accounts import (
    NOW,
    PASSWORD,
    make_api_key,
    make_member,
    make_organisation,
    make_revoked_api_key,
    make_staff,
    make_user,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


class TestUsers:
    def test_a_person_logs_in_with_his_address_in_lower_case(self):
        user = make_user(email=" Li.Wei@Example.COM ", name="Li Wei")
        assert (user.email, user.name, user.created_at) == ("li.wei@example.com", "Li Wei", NOW)
        assert user.check_password(PASSWORD)
        assert not user.is_staff
        assert user.public_id.version == 7

    def test_an_address_is_taken_once_whatever_its_case(self):
        make_user(email="li.wei@example.com")
        with pytest.raises(operations.UnableToCreateUser):
            make_user(email="LI.WEI@example.com")
        assert User.objects.count() == 1

    def test_without_a_password_nobody_logs_in(self):
        assert not make_user(password=None).has_usable_password()

    def test_raw_sql_cannot_store_capitals(self):
        user = make_user()
        with pytest.raises(IntegrityError, match="accounts_user_email_lower_case"):
            run("UPDATE accounts_user SET email = 'Li@example.com' WHERE id = %s", user.id)


class TestOrganisations:
    def test_an_organisation_keeps_its_checked_code(self):
        made = make_organisation(code="acme", uscc="91350100m000100y43")
        stored = queries.organisation_by_code(code="acme")
        assert stored.id == made.id
        assert stored.uscc == "91350100M000100Y43"
        assert stored.verified_at is None
        assert queries.organisation_ids_by_code() == {"acme": made.id}

    def test_a_malformed_credit_code_makes_no_organisation(self):
        with pytest.raises(MalformedUscc):
            make_organisation(uscc="91350100M000100Y4A")
        assert not Organisation.objects.exists()

    def test_codes_are_taken_once(self):
        make_organisation(code="acme", uscc="91350100M000100Y43")
        with pytest.raises(operations.UnableToCreateOrganisation) as by_code:
            make_organisation(code="acme")
        with pytest.raises(operations.UnableToCreateOrganisation) as by_uscc:
            make_organisation(uscc="91350100M000100Y43")
        assert [refusal.value.details for refusal in (by_code, by_uscc)] == [
            {"field": "code"},
            {"field": "uscc"},
        ]

    def test_an_unknown_code_is_not_found(self):
        with pytest.raises(queries.OrganisationNotFound, match="nobody"):
            queries.organisation_by_code(code="nobody")

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ("kind = 'club'", "accounts_organisation_kind"),
            ("size_class = 'huge'", "accounts_organisation_size"),
            ("uscc = '91350100M000100Y4I'", "accounts_organisation_uscc_form"),
        ],
    )
    def test_raw_sql_is_refused_by_constraint(self, change, constraint):
        make_organisation()
        with pytest.raises(IntegrityError, match=constraint):
            run(f"UPDATE accounts_organisation SET {change}")


class TestMemberships:
    def test_a_person_may_have_several_roles_and_each_once(self):
        organisation, user = make_organisation(), make_user()
        make_member(organisation=organisation, user=user, role=Role.OWNER)
        make_member(organisation=organisation, user=user, role=Role.FINANCE)
        with pytest.raises(operations.UnableToAddMember):
            make_member(organisation=organisation, user=user, role=Role.OWNER)
        roles = queries.roles_in(user_id=user.id, organisation_id=organisation.id)
        assert roles == {Role.OWNER, Role.FINANCE}
        assert queries.organisations_of(user_id=user.id) == [organisation]

    def test_an_ended_membership_gives_nothing_and_is_remembered(self):
        organisation = make_organisation()
        user = make_member(organisation=organisation, role=Role.FINANCE)
        end = {"user_id": user.id, "organisation_id": organisation.id, "role": Role.FINANCE}
        operations.end_membership(**end, now=LATER)
        pair = {"user_id": user.id, "organisation_id": organisation.id}
        assert queries.roles_in(**pair) == frozenset()
        assert queries.organisations_of(user_id=user.id) == []
        assert queries.was_member_since(**pair, since=NOW)
        assert not queries.was_member_since(**pair, since=LATER)
        with pytest.raises(operations.UnableToEndMembership):
            operations.end_membership(**end, now=LATER)

    def test_whoever_left_may_come_back(self):
        organisation = make_organisation()
        user = make_member(organisation=organisation, role=Role.VIEWER)
        operations.end_membership(
            user_id=user.id, organisation_id=organisation.id, role=Role.VIEWER, now=LATER
        )
        make_member(organisation=organisation, user=user)
        assert Membership.objects.filter(user=user).count() == 2

    def test_raw_sql_cannot_end_before_the_beginning(self):
        make_member()
        with pytest.raises(IntegrityError, match="accounts_membership_ends_after"):
            run("UPDATE accounts_membership SET ended_at = created_at - interval '1 s'")


class TestStaffRoles:
    def test_an_officer_has_his_roles(self):
        officer = make_staff(role=Staff.SUBSIDY_OFFICER)
        assert queries.staff_roles_of(user_id=officer.id) == {Staff.SUBSIDY_OFFICER}
        with pytest.raises(operations.UnableToGrantStaffRole, match="already"):
            make_staff(role=Staff.SUBSIDY_OFFICER, user=officer)

    def test_nobody_grants_himself(self):
        officer = make_staff(role=Staff.SUBSIDY_OFFICER)
        with pytest.raises(operations.UnableToGrantStaffRole, match="himself"):
            operations.grant_staff_role(
                user_id=officer.id, role=Staff.FINANCE, granted_by_id=officer.id, now=NOW
            )
        assert StaffRole.objects.count() == 1


class TestApiKeys:
    def test_a_key_is_shown_once_and_only_its_hash_is_kept(self):
        issued = make_api_key(scopes=[Scope.USAGE_WRITE, Scope.USAGE_READ, Scope.USAGE_READ])
        stored = ApiKey.objects.get()
        assert issued.text.startswith(f"sk_{stored.prefix}_")
        assert stored.scopes == ["usage:read", "usage:write"]
        secret = issued.text.split("_", 2)[2]
        columns = " ".join(str(value) for value in ApiKey.objects.values_list()[0])
        assert issued.text not in columns
        assert secret not in columns
        assert len(bytes(stored.secret_hash)) == 32

    def test_a_live_key_is_recognised(self):
        issued = make_api_key(expires_at=LATER)
        found = operations.authenticate_api_key(text=issued.text, now=NOW)
        assert found.id == issued.api_key.id

    def test_all_dead_keys_are_refused_with_the_same_words(self):
        live, expired = make_api_key(), make_api_key(expires_at=LATER)
        wrong_secret = live.text[:-1] + ("A" if live.text[-1] != "A" else "B")
        refused = ["", "sk_", "x" * 500, "sk_000000000000_" + "a" * 43, wrong_secret]
        refused += [expired.text, make_revoked_api_key().text]
        words = set()
        for text in refused:
            with pytest.raises(operations.UnableToAuthenticate) as refusal:
                operations.authenticate_api_key(text=text, now=LATER)
            words.add(str(refusal.value))
        assert len(words) == 1

    def test_use_is_noted_every_few_minutes_and_not_on_every_request(
        self, django_assert_num_queries
    ):
        issued = make_api_key()
        operations.authenticate_api_key(text=issued.text, now=NOW)
        soon = NOW + timedelta(minutes=4)
        with django_assert_num_queries(1):
            operations.authenticate_api_key(text=issued.text, now=soon)
        assert ApiKey.objects.get().last_used_at == NOW
        late = NOW + timedelta(minutes=5)
        operations.authenticate_api_key(text=issued.text, now=late)
        assert ApiKey.objects.get().last_used_at == late

    def test_a_key_needs_scopes_and_an_expiry_ahead(self):
        with pytest.raises(operations.UnableToIssueApiKey):
            make_api_key(scopes=[])
        with pytest.raises(operations.UnableToIssueApiKey):
            make_api_key(expires_at=NOW)
        with pytest.raises(ValueError, match="everything"):
            make_api_key(scopes=["everything"])
        assert not ApiKey.objects.exists()

    def test_only_the_own_organisation_revokes_a_key_and_may_do_it_twice(self):
        issued, other = make_api_key(), make_organisation()
        key = issued.api_key
        asked = {"caller": Caller(), "public_id": key.public_id}
        with pytest.raises(UnknownApiKey):
            revoke_key(organisation_id=other.id, now=NOW, **asked)
        for moment in (NOW, LATER):
            revoke_key(organisation_id=key.organisation_id, now=moment, **asked)
        assert ApiKey.objects.get().revoked_at == NOW
        assert key_page(organisation_id=key.organisation_id, after=None, limit=10) == [key]


def run(statement: str, *parameters: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
