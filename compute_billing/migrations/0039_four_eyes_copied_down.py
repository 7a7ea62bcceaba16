"""Who may not decide is copied down by composite keys; an answer grants several spans.

What is read in one row is then true of the rows it was copied from: a maker, an asker, an amount.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from kernel.migration_operations import AppendOnly

COPIED = """
UPDATE payouts_result_file f SET run_maker_id = r.maker_id
FROM payouts_run r WHERE r.id = f.run_id;
UPDATE bank_decision d SET proposal_id = p.id FROM bank_proposal p
WHERE d.approver_id IS NOT NULL AND p.line_id = d.line_id AND p.maker_id = d.maker_id
    AND p.closed_by_id = d.approver_id AND p.closed_at = d.decided_at;
UPDATE disputes_usage_dispute_answer SET first_level = 'operator' WHERE first_by_id IS NOT NULL;
INSERT INTO disputes_usage_dispute_grant (
    answer_id, position, granted_from, granted_until, correction, correction_usage_id)
SELECT id, 1, granted_from, granted_until, correction, correction_usage_id
FROM disputes_usage_dispute_answer WHERE correction_usage_id IS NOT NULL;
"""
KEYS = """
ALTER TABLE payouts_result_file ADD CONSTRAINT payout_result_names_the_maker
    FOREIGN KEY (run_id, run_maker_id) REFERENCES payouts_run (id, maker_id);
ALTER TABLE bank_decision ADD CONSTRAINT bank_decision_names_the_maker
    FOREIGN KEY (proposal_id, line_id, maker_id) REFERENCES bank_proposal (id, line_id, maker_id);
ALTER TABLE disputes_usage_dispute_answer ADD CONSTRAINT usage_dispute_answer_names_the_opener
    FOREIGN KEY (dispute_id, opened_by_id) REFERENCES disputes_usage_dispute (id, opened_by_id);
ALTER TABLE disputes_usage_dispute_answer ADD CONSTRAINT usage_dispute_answer_names_the_first
    FOREIGN KEY (dispute_id, first_level, first_by_id)
    REFERENCES disputes_usage_dispute_answer (dispute_id, level, answered_by_id);
ALTER TABLE einvoices_reversed ADD CONSTRAINT einvoice_reversed_repeats_its_line
    FOREIGN KEY (line_id, amount_fen, tax_fen, net)
    REFERENCES einvoices_line (id, amount_fen, tax_fen, net);
"""
WITHOUT_KEYS = """
ALTER TABLE payouts_result_file DROP CONSTRAINT payout_result_names_the_maker;
ALTER TABLE bank_decision DROP CONSTRAINT bank_decision_names_the_maker;
ALTER TABLE disputes_usage_dispute_answer DROP CONSTRAINT usage_dispute_answer_names_the_opener;
ALTER TABLE disputes_usage_dispute_answer DROP CONSTRAINT usage_dispute_answer_names_the_first;
ALTER TABLE einvoices_reversed DROP CONSTRAINT einvoice_reversed_repeats_its_line;
"""
CHANGED = ("bank_decision", "disputes_usage_dispute_answer", "payouts_result_file")


def let(verb: str) -> list[migrations.RunSQL]:
    """Allow or forbid changes of the books that are filled once more."""
    return [
        migrations.RunSQL(f"SELECT {verb}_changes('{table}')", migrations.RunSQL.noop)
        for table in CHANGED
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0019_receivables"),
        ("compute_billing", "0038_subsidies_award_modes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="UsageDisputeGrant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("granted_from", models.DateTimeField()),
                ("granted_until", models.DateTimeField()),
                ("correction", models.CharField(max_length=300)),
                ("correction_usage_id", models.BigIntegerField()),
            ],
            options={
                "db_table": "disputes_usage_dispute_grant",
            },
        ),
        migrations.AddField(
            model_name="usagedisputegrant",
            name="answer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="grants",
                to="compute_billing.usagedisputeanswer",
            ),
        ),
        migrations.AddConstraint(
            model_name="usagedisputegrant",
            constraint=models.UniqueConstraint(
                fields=("answer", "position"), name="usage_dispute_grant_in_its_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="usagedisputegrant",
            constraint=models.UniqueConstraint(
                fields=("correction_usage_id",), name="usage_dispute_grant_corrects_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="usagedisputegrant",
            constraint=models.CheckConstraint(
                condition=models.Q(("granted_until__gt", models.F("granted_from"))),
                name="usage_dispute_grant_has_a_span",
            ),
        ),
        migrations.AddField(
            model_name="bankdecision",
            name="proposal",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decision",
                to="compute_billing.bankproposal",
            ),
        ),
        migrations.AddField(
            model_name="usagedisputeanswer",
            name="first_level",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AddField(
            model_name="resultfile",
            name="run_maker",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        *let("allow"),
        migrations.RunSQL(COPIED, migrations.RunSQL.noop),
        *let("forbid"),
        migrations.AlterField(
            model_name="resultfile",
            name="run_maker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RemoveConstraint(
            model_name="usagedisputeanswer",
            name="usage_dispute_answer_of_its_level",
        ),
        migrations.RemoveConstraint(
            model_name="usagedisputeanswer",
            name="usage_dispute_grant_names_its_correction",
        ),
        migrations.RemoveField(
            model_name="usagedisputeanswer",
            name="correction",
        ),
        migrations.RemoveField(
            model_name="usagedisputeanswer",
            name="correction_usage_id",
        ),
        migrations.RemoveField(
            model_name="usagedisputeanswer",
            name="granted_from",
        ),
        migrations.RemoveField(
            model_name="usagedisputeanswer",
            name="granted_until",
        ),
        migrations.AddConstraint(
            model_name="bankdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approver__isnull", True), ("proposal__isnull", True)),
                    models.Q(("approver__isnull", False), ("proposal__isnull", False)),
                    _connector="OR",
                ),
                name="bank_decision_approves_a_proposal",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankproposal",
            constraint=models.UniqueConstraint(
                fields=("id", "line", "maker"), name="bank_proposal_and_its_maker"
            ),
        ),
        migrations.AddConstraint(
            model_name="einvoiceline",
            constraint=models.UniqueConstraint(
                fields=("id", "amount_fen", "tax_fen", "net"), name="einvoice_line_and_its_amounts"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutrun",
            constraint=models.UniqueConstraint(
                fields=("id", "maker"), name="payout_run_and_its_maker"
            ),
        ),
        migrations.AddConstraint(
            model_name="resultfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("imported_by", models.F("run_maker")), _negated=True),
                name="payout_result_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="usagedispute",
            constraint=models.UniqueConstraint(
                fields=("id", "opened_by"), name="usage_dispute_and_its_opener"
            ),
        ),
        migrations.AddConstraint(
            model_name="usagedisputeanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("first_by", None), ("first_level", ""), ("level", "operator")),
                    models.Q(
                        ("first_by__isnull", False), ("first_level", "operator"), ("level", "house")
                    ),
                    _connector="OR",
                ),
                name="usage_dispute_answer_of_its_level",
            ),
        ),
        migrations.AddConstraint(
            model_name="usagedisputeanswer",
            constraint=models.UniqueConstraint(
                fields=("dispute", "level", "answered_by"),
                name="usage_dispute_answer_and_its_giver",
            ),
        ),
        migrations.RunSQL(KEYS, WITHOUT_KEYS),
        AppendOnly("disputes_usage_dispute_grant"),
    ]
