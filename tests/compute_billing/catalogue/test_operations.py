"""Centres, price lists and prices: what is published, corrected, ended and refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from compute_billing.catalogue import operations, queries
from compute_billing.catalogue.models import CardType, Cluster, Meter, Price, PriceList, PriceTier
from kernel.sql import execute
from tests.builders.accounts import make_organisation
from tests.builders.catalogue import (
    NOVEMBER,
    NOW,
    OCTOBER,
    make_centre,
    make_cluster,
    make_meter,
    make_price,
    make_price_list,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def run(text: str, **values: object) -> None:
    with transaction.atomic():
        execute(text, **values)


def charge(price: Price, *, until) -> None:
    """Charge the hour before `until` with a price, as rating does."""
    execute(
        "INSERT INTO rating_charge (tenant_id, recorded_month, id, usage_id, segment_no, revision,"
        " usage_month, booked_month, segment_start, segment_end, price_id, quantity,"
        " quantity_in_kind, counter_before, gross, discount, programme, tenant, run_id, cluster_id)"
        " VALUES"
        " (1, date_trunc('month', %(until)s AT TIME ZONE 'UTC')::date, %(price)s, 1, 1, 0,"
        " '2026-10-01', '2026-10-01', %(until)s - interval '1 hour', %(until)s, %(price)s, 1,"
        " 0, 0, 1, 0, 0, 1, 1, 1)",
        until=until,
        price=price.pk,
    )


class TestPlaces:
    def test_a_centre_has_owner_and_operator(self):
        owner, operator = make_organisation(), make_organisation()
        centre = make_centre(code="jingxi", owner_id=owner.pk, operator_id=operator.pk)
        found = queries.centre_by_code(code="jingxi")
        assert found == centre
        assert (found.owner_id, found.operator_id) == (owner.pk, operator.pk)

    def test_a_card_type_comes_with_its_meter(self):
        meter = make_meter(code="910B2", vendor="Huawei", memory_gib=64, is_domestic=True)
        assert (meter.code, meter.unit, meter.card_type.memory_gib) == ("910B2", "CT:910B2", 64)
        assert queries.meter_by_code(code="910B2") == meter

    def test_codes_are_taken_once(self):
        centre = make_centre(code="jingxi")
        make_meter(code="910B2")
        make_cluster(centre_id=centre.pk, code="a")
        make_price_list(code="standard")
        with pytest.raises(operations.UnableToOpenCentre):
            make_centre(code="jingxi")
        with pytest.raises(operations.UnableToAddCardType):
            make_meter(code="910B2")
        with pytest.raises(operations.UnableToAddCluster):
            make_cluster(centre_id=centre.pk, code="a")
        with pytest.raises(operations.UnableToMakePriceList):
            make_price_list(code="standard")
        assert (CardType.objects.count(), Meter.objects.count()) == (1, 1)

    def test_the_size_of_a_cluster_may_be_unknown_but_not_zero(self):
        assert make_cluster(milli_cards=None).milli_cards is None
        with pytest.raises(operations.UnableToAddCluster):
            make_cluster(milli_cards=0)
        assert Cluster.objects.count() == 1

    @pytest.mark.parametrize(
        "find",
        [
            queries.centre_by_code,
            queries.cluster_by_code,
            queries.meter_by_code,
            queries.price_list_by_code,
        ],
    )
    def test_an_unknown_code_is_not_found(self, find):
        with pytest.raises(queries.CatalogueEntryNotFound):
            find(code="nothing")


class TestPriceLists:
    @pytest.mark.parametrize(
        "audience",
        [
            {"kind": "default", "customer_class": "sme"},
            {"kind": "class"},
            {"kind": "contract"},
            {"kind": "gift"},
        ],
    )
    def test_the_audience_suits_the_kind(self, audience):
        with pytest.raises(operations.UnableToMakePriceList):
            make_price_list(**audience)
        assert PriceList.objects.count() == 0

    def test_bands_lie_in_one_day_and_never_overlap(self):
        prices = make_price_list()

        def add(code: str, starts_minute: int, ends_minute: int) -> None:
            operations.add_time_band(
                price_list_id=prices.pk,
                code=code,
                starts_minute=starts_minute,
                ends_minute=ends_minute,
            )

        add("night", 0, 480)
        add("evening", 1320, 1440)
        for code, starts, ends in [
            ("late", 1439, 1441),
            ("never", 600, 600),
            ("all", 600, 700),
            ("night", 600, 700),
            ("dawn", 479, 600),
        ]:
            with pytest.raises(operations.UnableToAddTimeBand):
                add(code, starts, ends)
        assert [band.code for band in prices.bands.order_by("starts_minute")] == [
            "night",
            "evening",
        ]

    def test_a_tenant_is_in_one_class_at_a_time(self):
        tenant = make_organisation()

        def assign(customer_class, valid_from, valid_until=None) -> None:
            operations.assign_customer_class(
                tenant_id=tenant.pk,
                customer_class=customer_class,
                valid_from=valid_from,
                valid_until=valid_until,
            )

        assign("sme", OCTOBER, NOVEMBER)
        assign("large", NOVEMBER)
        with pytest.raises(operations.UnableToAssignCustomerClass):
            assign("micro", NOVEMBER - DAY, NOVEMBER)
        with pytest.raises(operations.UnableToAssignCustomerClass):
            assign("micro", OCTOBER, OCTOBER)


class TestPublishing:
    def test_a_price_has_an_amount_and_a_period(self):
        price = make_price(valid_until=NOVEMBER)
        assert (price.kind, price.unit_price_micro, price.correction_no) == ("unit", 2_430_000, 0)
        stored = Price.objects.get()
        assert (stored.valid.lower, stored.valid.upper) == (OCTOBER, NOVEMBER)
        assert (stored.band, stored.tax_class, stored.created_at) == ("all", "vat_6", NOW)

    def test_a_graduated_price_has_tiers(self):
        price = make_price(tiers=[(0, 3_000_000), (3_600_000_000, 2_000_000)])
        assert (price.kind, price.unit_price_micro) == ("graduated", None)
        tiers = PriceTier.objects.order_by("from_quantity")
        assert [(tier.from_quantity, tier.unit_price_micro) for tier in tiers] == [
            (0, 3_000_000),
            (3_600_000_000, 2_000_000),
        ]

    @pytest.mark.parametrize(
        "amount",
        [
            {"unit_price_micro": None},
            {"unit_price_micro": -1},
            {"unit_price_micro": 1, "tiers": [(0, 1)]},
            {"tiers": []},
            {"tiers": [(5, 1)]},
            {"tiers": [(0, 1), (9, 2), (9, 3)]},
            {"tiers": [(0, 1), (9, 2), (8, 3)]},
            {"tiers": [(0, -1)]},
            {"tiers": [(start, 1) for start in range(51)]},
            {"valid_until": OCTOBER},
            {"band": "night"},
        ],
    )
    def test_a_malformed_price_is_refused(self, amount):
        with pytest.raises(operations.UnableToPublishPrice):
            make_price(**amount)
        assert Price.objects.count() == 0

    def test_list_and_meter_must_exist(self):
        with pytest.raises(operations.PriceNotFound):
            make_price(meter_id=404)
        with pytest.raises(operations.PriceNotFound):
            make_price(price_list_id=404)

    def test_prices_of_one_key_never_overlap(self):
        first = make_price(valid_until=NOVEMBER)
        key = {"price_list_id": first.price_list_id, "meter_id": first.meter_id}
        make_price(**key, valid_from=NOVEMBER)
        make_price(**key, cluster_id=make_cluster().pk)
        make_price(price_list_id=first.price_list_id)
        with pytest.raises(operations.PriceOverlaps):
            make_price(**key, valid_from=NOVEMBER - DAY, valid_until=NOVEMBER)
        assert Price.objects.count() == 4

    def test_raw_sql_cannot_overlap_prices(self):
        make_price()
        with pytest.raises(IntegrityError, match="price_never_overlaps_in_its_key"):
            run(
                "INSERT INTO catalogue_price (price_list_id, meter_id, band, correction_no, valid,"
                " kind, unit_price_micro, tax_class, created_at) SELECT price_list_id, meter_id,"
                " band, 0, tstzrange(%(at)s, NULL), 'unit', 1, 'vat_6', created_at"
                " FROM catalogue_price",
                at=NOVEMBER,
            )

    @pytest.mark.parametrize(
        ("columns", "constraint"),
        [
            ("'unit', NULL, tstzrange(%(at)s, NULL)", "price_amount_matches_kind"),
            ("'unit', -1, tstzrange(%(at)s, NULL)", "price_amount_matches_kind"),
            ("'graduated', 1, tstzrange(%(at)s, NULL)", "price_amount_matches_kind"),
            ("'unit', 1, tstzrange(NULL, %(at)s)", "price_valid_has_a_start"),
            ("'unit', 1, tstzrange(%(at)s, %(at)s)", "price_valid_has_a_start"),
        ],
    )
    def test_raw_sql_cannot_write_a_malformed_price(self, columns, constraint):
        make_price()
        with pytest.raises(IntegrityError, match=constraint):
            run(
                "INSERT INTO catalogue_price (price_list_id, meter_id, band, correction_no,"
                " tax_class, created_at, kind, unit_price_micro, valid) SELECT price_list_id,"
                f" meter_id, 'x', 0, 'vat_6', created_at, {columns} FROM catalogue_price",
                at=NOVEMBER,
            )


class TestCorrecting:
    def test_a_correction_has_the_same_key_and_period(self):
        wrong = make_price(unit_price_micro=24_300_000, valid_until=NOVEMBER)
        right = operations.correct_price(price_id=wrong.pk, unit_price_micro=2_430_000, now=NOW)
        assert (right.correction_no, right.unit_price_micro) == (1, 2_430_000)
        assert (right.price_list_id, right.meter_id) == (wrong.price_list_id, wrong.meter_id)
        assert right.valid == Price.objects.get(id=wrong.pk).valid
        assert Price.objects.get(id=wrong.pk).unit_price_micro == 24_300_000

    def test_whichever_is_corrected_the_newest_counts_on(self):
        wrong = make_price()
        operations.correct_price(price_id=wrong.pk, unit_price_micro=2, now=NOW)
        again = operations.correct_price(price_id=wrong.pk, tiers=[(0, 3)], now=NOW)
        assert (again.correction_no, again.kind) == (2, "graduated")

    def test_a_correction_is_a_price(self):
        with pytest.raises(operations.UnableToPublishPrice):
            operations.correct_price(price_id=make_price().pk, now=NOW)
        with pytest.raises(operations.PriceNotFound):
            operations.correct_price(price_id=404, unit_price_micro=1, now=NOW)


class TestEnding:
    def test_a_price_ends_with_its_corrections(self):
        wrong = make_price()
        right = operations.correct_price(price_id=wrong.pk, unit_price_micro=2, now=NOW)
        operations.end_price(price_id=right.pk, at=NOVEMBER)
        assert {price.valid.upper for price in Price.objects.all()} == {NOVEMBER}
        make_price(price_list_id=wrong.price_list_id, meter_id=wrong.meter_id, valid_from=NOVEMBER)

    def test_a_price_ends_once(self):
        price = make_price()
        operations.end_price(price_id=price.pk, at=NOVEMBER)
        with pytest.raises(operations.UnableToEndPrice):
            operations.end_price(price_id=price.pk, at=NOVEMBER + DAY)
        assert Price.objects.get().valid.upper == NOVEMBER

    def test_a_price_does_not_end_before_it_starts(self):
        price = make_price()
        with pytest.raises(operations.UnableToEndPrice):
            operations.end_price(price_id=price.pk, at=OCTOBER)
        assert Price.objects.get().valid.upper is None

    def test_a_price_does_not_end_before_its_last_charged_second(self):
        price = make_price()
        charge(price, until=OCTOBER + 10 * DAY)
        with pytest.raises(operations.UnableToEndPrice, match="charged beyond"):
            operations.end_price(price_id=price.pk, at=OCTOBER + 10 * DAY - timedelta(seconds=1))
        assert Price.objects.get().valid.upper is None
        operations.end_price(price_id=price.pk, at=OCTOBER + 10 * DAY)

    @pytest.mark.parametrize(
        ("statement", "message"),
        [
            ("UPDATE catalogue_price SET unit_price_micro = 1", "never edited"),
            ("UPDATE catalogue_price SET tax_class = 'vat_9'", "never edited"),
            ("UPDATE catalogue_price SET valid = tstzrange('2020-01-01', NULL)", "never edited"),
            ("DELETE FROM catalogue_price", "is a record"),
        ],
    )
    def test_raw_sql_cannot_edit_a_price(self, owner_connection, statement, message):
        make_price()
        with pytest.raises(IntegrityError, match=message):
            run(statement)

    def test_raw_sql_cannot_end_a_price_twice(self):
        price = make_price()
        operations.end_price(price_id=price.pk, at=NOVEMBER)
        with pytest.raises(IntegrityError, match="set already"):
            run("UPDATE catalogue_price SET valid = tstzrange(lower(valid), NULL)")

    def test_raw_sql_cannot_change_or_add_a_tier_of_a_used_price(self, owner_connection):
        price = make_price(tiers=[(0, 1)])
        with pytest.raises(IntegrityError, match="append-only"):
            run("UPDATE catalogue_price_tier SET unit_price_micro = 2")
        with pytest.raises(IntegrityError, match="append-only"):
            run("DELETE FROM catalogue_price_tier")
        run(
            "INSERT INTO rating_counter (tenant_id, price_id, month, quantity, amount)"
            " VALUES (1, %(price)s, '2026-10-01', 1, 1)",
            price=price.pk,
        )
        with pytest.raises(IntegrityError, match="is in use"):
            run(
                "INSERT INTO catalogue_price_tier (price_id, from_quantity, unit_price_micro)"
                " VALUES (%(price)s, 9, 1)",
                price=price.pk,
            )


class TestResolution:
    """Contract before class before default; cluster, band and correction before what is wider."""

    def test_without_a_price_there_is_none(self):
        cluster = make_cluster()
        prices = make_price_list(issuer_id=cluster.centre.operator_id)
        price = make_price(price_list_id=prices.pk)
        asked = {"tenant_id": 1, "meter_id": price.meter_id, "cluster_id": cluster.pk}
        assert queries.price_at(**asked, at=OCTOBER) == price
        before = OCTOBER - timedelta(milliseconds=1)
        assert queries.price_at(**asked, at=before) is None

    def test_another_operators_price_is_none(self):
        price = make_price()
        cluster = make_cluster()
        asked = {"tenant_id": 1, "meter_id": price.meter_id, "cluster_id": cluster.pk}
        assert queries.price_at(**asked, at=OCTOBER) is None

    def test_the_narrower_price_wins(self):
        tenant, meter, cluster = make_organisation(), make_meter(), make_cluster()
        issuer = cluster.centre.operator_id
        contract = make_price_list(kind="contract", tenant_id=tenant.pk, issuer_id=issuer)
        sme = make_price_list(kind="class", customer_class="sme", issuer_id=issuer)
        default = make_price_list(issuer_id=issuer)
        other = make_price_list(kind="contract", tenant_id=make_organisation().pk, issuer_id=issuer)
        make_price(price_list_id=other.pk, meter_id=meter.pk)
        operations.assign_customer_class(
            tenant_id=tenant.pk, customer_class="sme", valid_from=OCTOBER
        )

        def resolved(at=NOW) -> int:
            found = queries.price_at(
                tenant_id=tenant.pk, meter_id=meter.pk, cluster_id=cluster.pk, at=at
            )
            return found.pk

        general = make_price(price_list_id=default.pk, meter_id=meter.pk)
        assert resolved() == general.pk
        of_class = make_price(price_list_id=sme.pk, meter_id=meter.pk)
        assert resolved() == of_class.pk
        of_contract = make_price(price_list_id=contract.pk, meter_id=meter.pk)
        assert resolved() == of_contract.pk
        of_cluster = make_price(price_list_id=contract.pk, meter_id=meter.pk, cluster_id=cluster.pk)
        assert resolved() == of_cluster.pk
        operations.add_time_band(
            price_list_id=contract.pk, code="noon", starts_minute=720, ends_minute=780
        )
        of_band = make_price(
            price_list_id=contract.pk, meter_id=meter.pk, cluster_id=cluster.pk, band="noon"
        )
        # NOW is 12:00 in Shanghai, where the band ends at 13:00.
        assert resolved() == of_band.pk
        assert resolved(NOW + timedelta(hours=1)) == of_cluster.pk
        correction = operations.correct_price(price_id=of_band.pk, unit_price_micro=1, now=NOW)
        assert resolved() == correction.pk
        listed = queries.prices_of(price_list_id=contract.pk)
        assert [price.pk for price in listed] == [
            of_cluster.pk,
            of_band.pk,
            correction.pk,
            of_contract.pk,
        ]
