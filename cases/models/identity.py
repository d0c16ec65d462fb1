"""Who it is: the one model that names a person, and the tokens by which it is found."""

from __future__ import annotations

import datetime
import re

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases import names
from cases.crypto import EncryptedJSONField
from cases.models.case import Case
from cases.models.keys import EditedEncryptedInCase
from cases.models.reach import Caseload
from krat.access.processing import Level, Processing
from krat.access.scoping import CheckedModel

EARLIEST_BIRTH = 1900
_BANDS = ((6, "0-5"), (10, "6-9"), (14, "10-13"), (18, "14-17"), (25, "18-24"))
ADULT_AT = 18


class Sex(models.TextChoices):
    """As the papers say it."""

    FEMALE = "female", _("female")
    MALE = "male", _("male")


class AgeBand(models.TextChoices):
    """How a card tells an age (docs/domain.md 17.1)."""

    BABY = "0-5", "0–5"
    SMALL = "6-9", "6–9"
    MIDDLE = "10-13", "10–13"
    YOUTH = "14-17", "14–17"
    YOUNG_ADULT = "18-24", "18–24"
    ADULT = "25+", "25+"
    UNKNOWN = "", _("not known")


class Identity(EditedEncryptedInCase):
    """Who the person of a case is, and how the family is reached safely. Encrypted; never the address of a shelter."""

    processing = Processing(_("helping this child or possible victim"), Level.ENCRYPTED, Caseload.KEPT, Caseload.BASIS)

    view_right = "identity.view"

    NAMES = ("first_name", "last_name", "father_name", "mother_name")

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="+")
    data = EncryptedJSONField(
        db_column="words",
        names=(
            *NAMES,
            "birth_date",  # 2015-03-14
            "birth_year",  # where no day is known
            "sex",
            "personal_number",
            "citizenship",
            "language",
            "care",  # code of the list: with whom the child lives
            "safe_contact",  # how the family may be reached without putting anyone in danger
            "address",
        ),
    )
    # By it alone the personal number is looked up.
    number_token = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    # By which rules its name was indexed: `manage.py indexnames` finds those of former ones.
    index_version = models.PositiveSmallIntegerField(default=0, editable=False, db_index=True)

    class Meta(EditedEncryptedInCase.Meta):
        verbose_name = _("identity")

    def __str__(self) -> str:
        return str(self.code)

    def clean(self) -> None:
        super().clean()
        wrong: dict[str, ValidationError] = {}
        for name in self.NAMES:
            try:
                names.check_name(self.data[name])
            except ValidationError as mistake:
                wrong[name] = mistake
        year, now = self.data["birth_year"], timezone.localdate()
        try:
            day = self.born_on
        except ValueError:
            day, wrong["birth_date"] = None, ValidationError(_("This day does not exist."))
        if day is not None and (day.year < EARLIEST_BIRTH or day > now):
            wrong["birth_date"] = ValidationError(_("This day of birth cannot be right."))
        if year and not (re.fullmatch("[0-9]{4}", year) and EARLIEST_BIRTH <= int(year) <= now.year):
            wrong["birth_year"] = ValidationError(_("This year of birth cannot be right."))
        elif day is not None and year and int(year) != day.year:
            wrong["birth_year"] = ValidationError(_("The year does not fit the day of birth."))
        number = self.data["personal_number"]
        if number and not (number.isascii() and number.isalnum() and 5 <= len(number) <= 20):
            wrong["personal_number"] = ValidationError(_("A personal number has letters and digits only."))
        if self.data["sex"] and self.data["sex"] not in Sex.values:
            wrong["sex"] = ValidationError(_("Choose one of the list."))
        if wrong:
            raise ValidationError(wrong)

    @property
    def full_name(self) -> str:
        """Name and surname, or what stands for a name that is not known yet."""
        return " ".join(filter(None, (self.data["first_name"], self.data["last_name"]))) or str(_("not known"))

    def name_tokens(self) -> set[str]:
        """The tokens by which its name is found."""
        data = self.data
        return names.tokens_to_store(data["first_name"], data["last_name"], father=data["father_name"])

    @property
    def year_of_birth(self) -> str:
        """The year of birth, from the day where that is known; empty where neither is."""
        year: str = self.data["birth_date"][:4] or self.data["birth_year"]
        return year

    @property
    def born_on(self) -> datetime.date | None:
        """The day of birth, where it is known."""
        return datetime.date.fromisoformat(self.data["birth_date"]) if self.data["birth_date"] else None

    def age_on(self, day: datetime.date) -> int | None:
        """The age in whole years; from the year of birth alone the lower one, which protects as a child in doubt."""
        born = self.born_on
        if born is not None:
            return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
        return day.year - int(self.data["birth_year"]) - 1 if self.data["birth_year"] else None

    @property
    def of_age_since(self) -> datetime.date | None:
        """The day from which the person is of age; of a year alone the day by which it is certain. None if unknown."""
        born = self.born_on
        if born is None:
            return datetime.date(int(self.data["birth_year"]) + ADULT_AT + 1, 1, 1) if self.data["birth_year"] else None
        try:
            return born.replace(year=born.year + ADULT_AT)
        except ValueError:  # born on 29 February
            return datetime.date(born.year + ADULT_AT, 3, 1)

    def is_of_age(self, day: datetime.date) -> bool:
        """Whether the person is certainly of age on a day; in doubt they are protected as a child."""
        age = self.age_on(day)
        return age is not None and age >= ADULT_AT

    def age_band(self, day: datetime.date) -> str:
        """The band of ages a card tells."""
        age = self.age_on(day)
        if age is None:
            return AgeBand.UNKNOWN
        return next((band for upper, band in _BANDS if age < upper), AgeBand.ADULT.value)


class NameToken(CheckedModel):
    """A keyed token of a word of a name, or of its beginning: *celaj* and *cel* find *Çelaj*, and nobody reads it."""

    processing = Processing(_("finding a person's case"), Level.TECHNICAL, Caseload.KEPT, Caseload.BASIS)

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    token = models.CharField(max_length=20)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "case"], name="name_token_once_per_case")]
        indexes = [models.Index(fields=["case"], name="name_token_by_case")]  # a changed name

    def __str__(self) -> str:
        return self.token
