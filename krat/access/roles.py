"""The roles a seat can have: the vocabulary in which every area's table of rights is written.

They stand here, below all areas, because the areas below ``krat.people`` have tables too. Roles are names, never ranks:
nothing may compare them by order.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a person (or a machine) does at an institution (docs/domain.md 16, after VKM 578/2018 and the SOPs)."""

    PREFECT = "prefect", _("Prefect, chair of the committee")
    COORDINATOR = "coordinator", _("General Coordinator")
    SECRETARIAT = "secretariat", _("Specialist of the committee's secretariat")
    UNIT_HEAD = "unit_head", _("Head of the child protection unit")
    CHILD_WORKER = "child_worker", _("Child protection worker")
    SOCIAL_DIRECTOR = "social_director", _("Head of social services of the municipality")
    ECONOMIC_AID = "economic_aid", _("Economic-aid office")
    POLICE = "police", _("Local police, anti-trafficking section")
    BORDER_POLICE = "border_police", _("Border and migration police")
    SOCIAL_SERVICE = "social_service", _("Regional State Social Service")
    EDUCATION = "education", _("Local education office")
    HEALTH = "health", _("Local health-care unit")
    NGO = "ngo", _("Non-profit organisation")
    SHELTER = "shelter", _("Shelter")
    NATIONAL = "national", _("Office of the National Coordinator")
    DATA_PROTECTION = "data_protection", _("Data protection officer")
    ADMIN = "admin", _("System administrator")
    SYSTEM = "system", _("Municipal system")


# Institutions that sit at the committee's table and read its papers.
MEMBERS = frozenset(
    {
        Role.UNIT_HEAD,
        Role.POLICE,
        Role.BORDER_POLICE,
        Role.SOCIAL_SERVICE,
        Role.EDUCATION,
        Role.HEALTH,
        Role.NGO,
    }
)
# Work beside the table: they answer for their own tasks and read the plan.
OFFICES = frozenset({Role.CHILD_WORKER, Role.SOCIAL_DIRECTOR, Role.ECONOMIC_AID, Role.SHELTER})
SECRETARIES = frozenset({Role.COORDINATOR, Role.SECRETARIAT})
COMMITTEE = SECRETARIES | {Role.PREFECT}

# Seats that meet persons' files, or the trail and the accounts that guard them: in service only with a second factor.
WITH_SECOND_FACTOR = (MEMBERS | OFFICES | {Role.DATA_PROTECTION, Role.ADMIN}) - {Role.SYSTEM}
