"""People, the seats they act through, and invitations: nobody opens an account for themselves."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from krat.access.processing import PUBLIC_TASK, WITH_THE_TRAIL, Level, Processing
from krat.access.rights import Reach, Subject
from krat.access.roles import WITH_SECOND_FACTOR, Role
from krat.access.scoping import CheckedModel, ScopedModel, ScopedQuerySet
from krat.committee.models import Institution


class UserManager(BaseUserManager["User"]):
    """Accounts. Open: whoever signs in is looked up before anybody knows who is asking."""

    def create_user(self, username: str, password: str | None = None, **fields: str) -> User:
        """A new account; without a password nobody can sign in to it yet."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, CheckedModel):
    """A person with an account. What they may do comes from their seats, never from here."""

    processing = Processing(
        _("signing in"),
        Level.OFFICE,
        _("while a seat is open, then as long as the trail"),
        PUBLIC_TASK,
    )

    code = models.UUIDField(_("code"), default=uuid.uuid4, unique=True, editable=False)
    username = models.CharField(
        _("user name"),
        max_length=80,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("This user name is taken.")},
    )
    name = models.CharField(_("name and surname"), max_length=120)
    email = models.EmailField(_("office e-mail"), blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(_("joined at"), auto_now_add=True)

    objects: ClassVar = UserManager()

    # Where the account was read for a session: what was read together with it (`krat.people.asking`).
    asking: Any = None

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def initials(self) -> str:
        """Two letters for the header's round mark."""
        return "".join(word[0] for word in self.name.split()[:2]).upper()

    @property
    def trail_words(self) -> str:
        """How the trail names somebody who has no seat."""
        return self.username


def gives_rights(way: str = "", on: datetime.date | None = None) -> Q:
    """That a seat gives rights on a day (today); ``way`` leads from a row to its seat, as ``"seat__"``."""
    day = on or timezone.localdate()
    runs = Q(**{f"{way}ends_on": None}) | Q(**{f"{way}ends_on__gte": day})
    return runs & Q(**{f"{way}starts_on__lte": day, f"{way}ended_at": None})


class SeatQuerySet(ScopedQuerySet["Seat"]):
    """Seats."""

    def active(self, on: datetime.date | None = None) -> SeatQuerySet:
        """Those that give rights on a day (today)."""
        return self.filter(gives_rights(on=on))

    def for_request(self) -> SeatQuerySet:
        """With what every page needs of a seat."""
        return self.select_related("institution__county", "user")


class Seat(ScopedModel):
    """A person's (or machine's) place at an institution in a role, from and until: the subject of every right."""

    processing = Processing(_("what a person may see and do"), Level.OFFICE, WITH_THE_TRAIL, PUBLIC_TASK)

    view_right = "people.view"
    held_with = ("institution__county", "user")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="seats", verbose_name=_("person"))
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="seats", verbose_name=_("institution")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)

    objects: ClassVar = models.Manager.from_queryset(SeatQuerySet)()

    class Meta(ScopedModel.Meta):
        verbose_name = _("seat")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "institution", "role"],
                condition=Q(ended_at=None),
                name="open_seat_once",
                violation_error_message=_("This person already has this seat."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="seat_ends_after_it_starts",
                violation_error_message=_("It cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.institution}"

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return {Reach.COUNTY: Q(institution__county=seat.county_id)}

    @property
    def county_id(self) -> int | None:
        """The county of the seat's institution; None for one that serves the whole country."""
        return self.institution.county_id

    @property
    def county_code(self) -> str:
        """The code of that county, for the trail."""
        return self.institution.county.code if self.institution.county else ""

    @property
    def trail_words(self) -> str:
        """How the trail names this seat: in words that still stand when the person is gone."""
        return f"{self.user.username}, {self.role}, {self.institution.code}"

    @property
    def is_active(self) -> bool:
        """Whether it gives rights today."""
        today = timezone.localdate()
        ended = self.ended_at is not None or (self.ends_on is not None and self.ends_on < today)
        return not ended and self.starts_on <= today and self.user.is_active

    @property
    def wants_second_factor(self) -> bool:
        """Whether it meets persons' files, or what guards them."""
        return Role(self.role) in WITH_SECOND_FACTOR


def where_somebody_sits(*roles: Role, ever: bool = False) -> SeatQuerySet:
    """The ids of institutions at which a person, no machine, has a seat today, in one of these roles where some are
    named; with ``ever`` also those where somebody had one. A query to be put into another."""
    seats = Seat.objects.unscoped("at which institutions anybody sits, and nobody's name").exclude(role=Role.SYSTEM)
    if not ever:
        seats = seats.active().filter(user__is_active=True)
    return (seats.filter(role__in=roles) if roles else seats).values("institution_id")  # type: ignore[return-value]


def last_days_of(role: Role, institutions: Sequence[int]) -> dict[int, datetime.date]:
    """The last day on which somebody sat in a role, by the institution's id (one query; none where none is asked)."""
    if not institutions:
        return {}
    seats = Seat.objects.unscoped("at which institutions anybody sat, and nobody's name").filter(role=role)
    found: dict[int, datetime.date] = {}
    for place, ended_at, ends_on in seats.filter(institution__in=institutions).values_list(
        "institution_id", "ended_at", "ends_on"
    ):
        days = [*([timezone.localdate(ended_at)] if ended_at else []), *([ends_on] if ends_on else [])]
        if days:
            found[place] = max(min(days), found.get(place, datetime.date.min))
    return found


def every_seat() -> SeatQuerySet:
    """Every seat there was, by its person's name: whom the trail is asked about."""
    seats = Seat.objects.unscoped("the data protection officer asks the trail by person")
    return seats.select_related("user", "institution").order_by("user__name", "pk")


class Invitation(ScopedModel):
    """An invitation to take a seat; the link that was sent is stored as a keyed hash only."""

    processing = Processing(_("accounts by invitation only"), Level.OFFICE, WITH_THE_TRAIL, PUBLIC_TASK)

    view_right = "people.view"
    held_with = ("institution",)

    token_hash = models.CharField(_("hash of the link"), max_length=64, unique=True, editable=False)
    username = models.CharField(_("user name"), max_length=80, validators=[UnicodeUsernameValidator()])
    name = models.CharField(_("name and surname"), max_length=120)
    email = models.EmailField(_("office e-mail"))
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("institution")
    )
    role = models.CharField(_("role"), max_length=20, choices=[c for c in Role.choices if c[0] != Role.SYSTEM])
    starts_on = models.DateField(_("seat from"))
    ends_on = models.DateField(_("seat until"), null=True, blank=True)
    invited_by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", editable=False)
    invited_at = models.DateTimeField(_("invited at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("valid until"), editable=False)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)

    class Meta(ScopedModel.Meta):
        verbose_name = _("invitation")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="invited_seat_ends_after_it_starts",
                violation_error_message=_("It cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.username

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return {Reach.COUNTY: Q(institution__county=seat.county_id)}

    @property
    def is_open(self) -> bool:
        """Whether it can still be accepted."""
        return self.accepted_at is None and self.withdrawn_at is None and self.expires_at > timezone.now()
