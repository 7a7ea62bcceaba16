"""How an award reaches whom: modes, claim windows, several funds, and card time in kind."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from kernel.migration_operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0019_receivables"),
        ("compute_billing", "0037_dunning_of_no_sandbox"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AwardFund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_ppm", models.IntegerField()),
                ("upto_ppm", models.IntegerField()),
                ("cap_micro", models.BigIntegerField()),
            ],
            options={
                "db_table": "subsidies_award_fund",
            },
        ),
        migrations.RemoveConstraint(
            model_name="award",
            name="award_rate_and_cap_in_range",
        ),
        migrations.RemoveConstraint(
            model_name="awardcounter",
            name="award_counter_within_cap",
        ),
        migrations.RemoveConstraint(
            model_name="fund",
            name="fund_unique",
        ),
        migrations.AddField(
            model_name="award",
            name="basis_kind",
            field=models.CharField(
                choices=[
                    ("contract_amount", "contract_amount"),
                    ("settled_amount", "settled_amount"),
                    ("metered_amount", "metered_amount"),
                    ("settled_days_share", "settled_days_share"),
                    ("card_time", "card_time"),
                ],
                default="metered_amount",
                max_length=24,
            ),
        ),
        migrations.AddField(
            model_name="award",
            name="claim_cycle",
            field=models.CharField(
                choices=[("month", "month"), ("quarter", "quarter"), ("window", "window")],
                default="month",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="award",
            name="claim_from",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="award",
            name="days_counted",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="award",
            name="days_whole",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="award",
            name="exclusivity_group",
            field=models.CharField(default="compute", max_length=64),
        ),
        migrations.AddField(
            model_name="award",
            name="is_share",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="award",
            name="mode",
            field=models.CharField(
                choices=[
                    ("claim_then_redeem", "claim_then_redeem"),
                    ("voucher", "voucher"),
                    ("reimbursement", "reimbursement"),
                    ("platform_metered", "platform_metered"),
                    ("in_kind", "in_kind"),
                ],
                default="voucher",
                max_length=24,
            ),
        ),
        migrations.AddField(
            model_name="award",
            name="payee",
            field=models.CharField(
                choices=[("tenant", "tenant"), ("provider", "provider"), ("nobody", "nobody")],
                default="provider",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="award",
            name="quantity",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="award",
            name="redeem_by",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="award",
            name="rounding_mode",
            field=models.CharField(
                choices=[("half_up", "half_up"), ("down", "down")],
                default="half_up",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="award",
            name="rounding_unit_micro",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="award",
            name="tax_basis",
            field=models.CharField(
                choices=[
                    ("with_tax", "with_tax"),
                    ("without_tax", "without_tax"),
                ],
                default="with_tax",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="award",
            name="withdrawn_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="awardcounter",
            name="clawed_back",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="fund",
            name="meter",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="compute_billing.meter",
            ),
        ),
        migrations.AlterField(
            model_name="ledgeraccount",
            name="kind",
            field=models.CharField(
                choices=[
                    ("paid", "Paid"),
                    ("promotion", "Promotion"),
                    ("in_kind", "In Kind"),
                    ("credit", "Credit"),
                    ("arrears", "Arrears"),
                    ("fund", "Fund"),
                    ("award", "Award"),
                    ("appropriation", "Appropriation"),
                    ("cash", "Cash"),
                    ("compute_revenue", "Compute Revenue"),
                    ("promotion_cost", "Promotion Cost"),
                    ("card_time_granted", "Card Time Granted"),
                    ("card_time_used", "Card Time Used"),
                    ("breakage", "Breakage"),
                    ("package_deferred", "Package Deferred"),
                    ("package_revenue", "Package Revenue"),
                    ("payment_fee", "Payment Fee"),
                    ("own_funds", "Own Funds"),
                    ("payee_earned", "Payee Earned"),
                    ("payee_payable", "Payee Payable"),
                    ("payee_reserve", "Payee Reserve"),
                    ("payee_transit", "Payee Transit"),
                    ("payee_debt", "Payee Debt"),
                    ("commission", "Commission"),
                    ("commission_tax", "Commission Tax"),
                    ("licence_custody", "Licence Custody"),
                    ("licence_owed", "Licence Owed"),
                    ("reimbursement", "Reimbursement"),
                ],
                max_length=32,
            ),
        ),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cap_micro__gt", 0),
                        ("quantity", 0),
                        ("rate_ppm__gt", 0),
                        ("rate_ppm__lte", 1000000),
                        models.Q(("mode", "in_kind"), _negated=True),
                    ),
                    models.Q(
                        ("cap_micro", 0), ("mode", "in_kind"), ("quantity__gt", 0), ("rate_ppm", 0)
                    ),
                    _connector="OR",
                ),
                name="award_rate_and_cap_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_share", True), ("mode", "voucher"), ("payee", "provider")),
                    models.Q(
                        ("is_share", True), ("mode", "platform_metered"), ("payee", "provider")
                    ),
                    models.Q(("is_share", False), ("mode", "in_kind"), ("payee", "nobody")),
                    models.Q(
                        ("is_share", False),
                        ("mode__in", ["claim_then_redeem", "reimbursement", "platform_metered"]),
                        ("payee", "tenant"),
                    ),
                    _connector="OR",
                ),
                name="award_share_follows_mode",
            ),
        ),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("days_counted__gt", 0),
                    ("days_counted__lte", models.F("days_whole")),
                    ("rounding_unit_micro__gt", 0),
                ),
                name="award_days_and_rounding_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="awardcounter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cap__gte", models.F("granted")), ("clawed_back__gte", 0), ("granted__gte", 0)
                ),
                name="award_counter_within_cap",
            ),
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.UniqueConstraint(
                fields=("programme", "level", "budget_year", "meter"),
                name="fund_unique",
                nulls_distinct=False,
            ),
        ),
        migrations.AddField(
            model_name="awardfund",
            name="award",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="compute_billing.award",
            ),
        ),
        migrations.AddField(
            model_name="awardfund",
            name="fund",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="compute_billing.fund",
            ),
        ),
        migrations.AddConstraint(
            model_name="awardfund",
            constraint=models.UniqueConstraint(fields=("award", "fund"), name="award_fund_unique"),
        ),
        migrations.AddConstraint(
            model_name="awardfund",
            constraint=models.UniqueConstraint(
                fields=("award", "from_ppm"), name="award_fund_follows"
            ),
        ),
        migrations.AddConstraint(
            model_name="awardfund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("from_ppm__gte", 0),
                    ("upto_ppm__gt", models.F("from_ppm")),
                    ("upto_ppm__lte", 1000000),
                ),
                name="award_fund_in_order",
            ),
        ),
        # Every award that there is was paid by one fund alone.
        migrations.RunSQL(
            "INSERT INTO subsidies_award_fund (award_id, fund_id, from_ppm, upto_ppm, cap_micro) "
            "SELECT id, fund_id, 0, 1000000, cap_micro FROM subsidies_award",
            migrations.RunSQL.noop,
        ),
        AppendOnly("subsidies_award_fund"),
    ]
