# ruff: noqa: DJ008  # nobody reads these rows by name
"""The same tables with the same indexes, and every word readable."""

import uuid

from django.db import models
from django.db.models import Q


class Municipality(models.Model):
    """A municipality."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)


class Term(models.Model):
    """A row of a code list."""

    list = models.CharField(max_length=20)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=160)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "code"], name="plain_term_once")]


class Holder(models.Model):
    """An institution."""

    code = models.CharField(max_length=40, unique=True)
    short_name = models.CharField(max_length=60)


class Worker(models.Model):
    """A seat with its person's name."""

    holder = models.ForeignKey(Holder, models.PROTECT, related_name="+")
    name = models.CharField(max_length=160)


class Case(models.Model):
    """The head of a case."""

    code = models.UUIDField(default=uuid.uuid4, unique=True)
    version = models.PositiveIntegerField(default=1)
    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    holder = models.ForeignKey(Holder, models.PROTECT, related_name="+")
    reference = models.CharField(max_length=60, blank=True)
    concerns = models.JSONField(default=list, blank=True)
    risk = models.CharField(max_length=10, blank=True)
    victim_status = models.CharField(max_length=20)
    stage = models.CharField(max_length=20)
    signalled_on = models.DateField()
    source = models.ForeignKey(Term, models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    closed_on = models.DateField(null=True, blank=True)
    closing = models.ForeignKey(Term, models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["holder", "due_at", "-id"], name="plain_by_holder"),
            models.Index(fields=["municipality", "id"], name="plain_by_municipality"),
            models.Index(fields=["due_at", "-id"], name="plain_by_due"),
            models.Index(fields=["reference"], name="plain_by_reference"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["holder", "reference"], condition=~Q(reference=""), name="plain_reference"),
        ]


class Identity(models.Model):
    """Who it is."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="identity")
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    father_name = models.CharField(max_length=80, blank=True)
    mother_name = models.CharField(max_length=80, blank=True)
    birth_date = models.CharField(max_length=10, blank=True)
    birth_year = models.CharField(max_length=4, blank=True)
    sex = models.CharField(max_length=10, blank=True)
    personal_number = models.CharField(max_length=20, blank=True, db_index=True)
    citizenship = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=60, blank=True)
    care = models.CharField(max_length=40, blank=True)
    safe_contact = models.TextField(blank=True)
    address = models.TextField(blank=True)


class StageDeadline(models.Model):
    """The time of one stage."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="clocks")
    stage = models.CharField(max_length=20)
    deadline = models.CharField(max_length=40, blank=True)
    starts_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)


class Assignment(models.Model):
    """A place in a team."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="team")
    seat = models.ForeignKey(Worker, models.PROTECT, related_name="+")
    is_manager = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["seat", "ended_at", "case"], name="plain_by_seat")]


class SchoolPart(models.Model):
    """School."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="school")
    state = models.CharField(max_length=20)
    school = models.TextField(blank=True)
    grade = models.TextField(blank=True)


class AidPart(models.Model):
    """Economic aid."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="aid")
    state = models.CharField(max_length=20)
    basis = models.TextField(blank=True)
    amount = models.TextField(blank=True)


class CounsellingPart(models.Model):
    """Counselling."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="counselling")
    provider = models.ForeignKey(Holder, models.PROTECT, related_name="+")
    state = models.CharField(max_length=20)
    sessions = models.TextField(blank=True)
    summary = models.TextField(blank=True)


class Referral(models.Model):
    """A referral."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="referrals")
    purpose = models.CharField(max_length=20)
    sender = models.ForeignKey(Holder, models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Holder, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10)
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    request = models.TextField(blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["receiver", "state", "due_at"], name="plain_by_receiver"),
            models.Index(fields=["case", "state"], name="plain_referral_by_case"),
        ]


class Obstacle(models.Model):
    """What holds a case up."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="obstacles")
    kind = models.ForeignKey(Term, models.PROTECT, related_name="+")
    waits_for = models.ForeignKey(Holder, models.PROTECT, related_name="+")
    since = models.DateField()
    state = models.CharField(max_length=10)
    gone_on = models.DateField(null=True)
    asked = models.TextField(blank=True)
    how = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["case", "state"], name="plain_obstacle_by_case")]


class Note(models.Model):
    """A note."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=10)
    happened_on = models.DateField()
    is_sensitive = models.BooleanField(default=False)
    seat = models.ForeignKey(Worker, models.PROTECT, related_name="+")
    text = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["case", "-happened_on"], name="plain_note_by_case")]
