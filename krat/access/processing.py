"""Why a row is kept: every model of this house declares it, and the processing register is printed from that.

Law 124/2024 on the protection of personal data asks for purpose, legal basis and retention; who reads and writes comes
from the tables of rights alone (promise 14).
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Level(TextChoices):
    """How carefully the words of a model are kept."""

    PUBLIC = "public", _("public")
    INTERNAL = "internal", _("internal to the committee")
    OFFICE = "office", _("data of office-holders")
    TECHNICAL = "technical", _("technical, no words")
    ENCRYPTED = "encrypted", _("encrypted")


COMMITTEE = _("Prime Minister's Order 139/2006 and the Prefect's orders made under it")
PUBLIC_TASK = _("the institution's public task")
SECURITY = _("Law 124/2024, security of processing")

PERMANENT = _("permanently, Law 9154/2003 on archives")
WITH_THE_TRAIL = _("as long as the trail: ten years")


@dataclass(frozen=True)
class Processing:
    """One line of the processing register."""

    purpose: Words
    level: Level
    kept: Words
    basis: Words = COMMITTEE
