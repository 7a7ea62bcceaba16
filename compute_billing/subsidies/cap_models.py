"""How much of each cap of a programme is promised and paid."""

from django.db import models
from django.db.models import F, Q

from kernel.worlds import real_world


class CapCounter(models.Model):
    """One cap of one programme for one subject and year: reserved + paid never pass it.

    `subject_kind` is the cap's scope, `subject_id` a firm or a contract, 0 for all; `year` is 0
    where the cap is of no year. Amounts are micro-yuan.
    """

    programme = models.SlugField(max_length=64)
    cap_name = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=32)
    subject_id = models.BigIntegerField()
    year = models.PositiveSmallIntegerField()
    reserved = models.BigIntegerField(default=0)
    paid = models.BigIntegerField(default=0)
    cap = models.BigIntegerField()

    class Meta:
        db_table = "subsidies_cap_counter"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "cap_name", "subject_kind", "subject_id", "year"],
                name="cap_counter_unique",
            ),
            models.CheckConstraint(
                name="cap_counter_within_cap",
                condition=Q(reserved__gte=0, paid__gte=0, cap__gte=F("reserved") + F("paid")),
            ),
            models.CheckConstraint(
                name="cap_counter_of_no_sandbox",
                condition=Q(subject_id=0) | real_world("subject_id"),
            ),
        ]


class CapReservation(models.Model):
    """What one decision draws on one counter: `amount` promised, of it `paid` and `released`."""

    counter = models.ForeignKey(CapCounter, models.PROTECT, related_name="reservations")
    reference = models.CharField(max_length=64)
    amount = models.BigIntegerField()
    paid = models.BigIntegerField(default=0)
    released = models.BigIntegerField(default=0)
    reserved_at = models.DateTimeField()

    class Meta:
        db_table = "subsidies_cap_reservation"
        constraints = [
            models.UniqueConstraint(
                fields=["counter", "reference"], name="cap_reserved_once_by_each"
            ),
            models.CheckConstraint(
                name="cap_reservation_adds_up",
                condition=Q(amount__gt=0, paid__gte=0, released__gte=0)
                & Q(amount__gte=F("paid") + F("released")),
            ),
        ]
