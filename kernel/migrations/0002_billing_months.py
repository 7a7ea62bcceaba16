"""The billing months 2010-01 to 2040-12, with borders from Asia/Shanghai."""

from django.db import migrations

MAKE_MONTHS = """
INSERT INTO kernel_billing_month (month, starts_at, ends_at)
SELECT first_day::date,
       first_day AT TIME ZONE 'Asia/Shanghai',
       (first_day + interval '1 month') AT TIME ZONE 'Asia/Shanghai'
  FROM generate_series(timestamp '2010-01-01', timestamp '2040-12-01', interval '1 month')
       AS first_day
ON CONFLICT (month) DO NOTHING
"""

# The table is append-only by now; taking the months back means lifting that for a moment.
REMOVE_MONTHS = """
SELECT allow_changes('kernel_billing_month');
DELETE FROM kernel_billing_month;
SELECT forbid_changes('kernel_billing_month');
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_foundation")]

    operations = [migrations.RunSQL(MAKE_MONTHS, REMOVE_MONTHS)]
