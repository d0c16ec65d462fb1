"""Where a case stands and may go: its stages and moves, its risk, what identification found, and which clock runs."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Stage(models.TextChoices):
    """Where a case stands (docs/domain.md 12.5, after VKM 578/2018)."""

    SIGNAL = "signal", pgettext_lazy("case", "signal")
    INITIAL_ASSESSMENT = "initial_assessment", pgettext_lazy("case", "initial assessment")
    FULL_ASSESSMENT = "full_assessment", pgettext_lazy("case", "full assessment")
    CONFERENCE = "conference", pgettext_lazy("case", "cross-sector group")
    PROTECTION_PLAN = "protection_plan", pgettext_lazy("case", "protection plan")
    IMPLEMENTATION = "implementation", pgettext_lazy("case", "carrying out")
    FOLLOW_UP = "follow_up", pgettext_lazy("case", "follow-up")
    CLOSED = "closed", pgettext_lazy("case", "closed")
    TRANSFERRED = "transferred", pgettext_lazy("case", "transferred")
    REJECTED = "rejected", pgettext_lazy("case", "rejected")


class Risk(models.TextChoices):
    """The level of risk."""

    IMMEDIATE = "immediate", pgettext_lazy("risk", "immediate")
    HIGH = "high", pgettext_lazy("risk", "high")
    MEDIUM = "medium", pgettext_lazy("risk", "medium")
    LOW = "low", pgettext_lazy("risk", "low")
    NONE = "none", pgettext_lazy("risk", "none")


class VictimStatus(models.TextChoices):
    """What identification has found; until the formal one, nobody is called a victim."""

    AT_RISK = "at_risk", _("at risk")
    IN_PROGRESS = "in_progress", _("identification in progress")
    POSSIBLE = "possible_victim", _("possible victim of trafficking")
    VICTIM = "victim", _("identified victim of trafficking")
    NOT_VICTIM = "not_victim", _("not a victim of trafficking")


OF_VICTIMS = (VictimStatus.POSSIBLE, VictimStatus.VICTIM)

# From where to where, and by which right. A test prints this table and compares it with docs/states.md.
MOVES: dict[tuple[Stage, Stage], str] = {
    (Stage.SIGNAL, Stage.INITIAL_ASSESSMENT): "cases.change",
    (Stage.SIGNAL, Stage.REJECTED): "cases.close",
    (Stage.INITIAL_ASSESSMENT, Stage.FULL_ASSESSMENT): "cases.change",
    (Stage.INITIAL_ASSESSMENT, Stage.FOLLOW_UP): "cases.change",
    (Stage.INITIAL_ASSESSMENT, Stage.CLOSED): "cases.close",
    (Stage.FULL_ASSESSMENT, Stage.CONFERENCE): "cases.change",
    (Stage.FULL_ASSESSMENT, Stage.PROTECTION_PLAN): "cases.change",
    (Stage.FULL_ASSESSMENT, Stage.CLOSED): "cases.close",
    (Stage.CONFERENCE, Stage.PROTECTION_PLAN): "cases.change",
    (Stage.CONFERENCE, Stage.CLOSED): "cases.close",
    (Stage.PROTECTION_PLAN, Stage.IMPLEMENTATION): "cases.change",
    (Stage.PROTECTION_PLAN, Stage.CLOSED): "cases.close",
    (Stage.IMPLEMENTATION, Stage.FOLLOW_UP): "cases.change",
    (Stage.IMPLEMENTATION, Stage.CONFERENCE): "cases.change",
    (Stage.IMPLEMENTATION, Stage.CLOSED): "cases.close",
    (Stage.FOLLOW_UP, Stage.FULL_ASSESSMENT): "cases.change",
    (Stage.FOLLOW_UP, Stage.CLOSED): "cases.close",
    (Stage.CLOSED, Stage.INITIAL_ASSESSMENT): "cases.close",
}
OVER = (Stage.CLOSED, Stage.TRANSFERRED, Stage.REJECTED)

# Which deadline runs in which stage; the initial assessment's depends on the risk.
CLOCK_OF_STAGE = {
    Stage.SIGNAL: "referral",
    Stage.FULL_ASSESSMENT: "full_assessment",
    Stage.CONFERENCE: "conference",
    Stage.PROTECTION_PLAN: "protection_plan",
    Stage.IMPLEMENTATION: "plan_review",
    Stage.FOLLOW_UP: "follow_up",
}
CLOCK_OF_RISK = {
    "": "initial_assessment_high",  # until somebody has looked, the child may be at high risk
    Risk.IMMEDIATE: "initial_assessment_immediate",
    Risk.HIGH: "initial_assessment_high",
    Risk.MEDIUM: "initial_assessment_medium",
    Risk.LOW: "initial_assessment_low",
    Risk.NONE: "initial_assessment_low",
}


def deadline_of(stage: str, risk: str) -> str:
    """Which deadline runs in a stage; empty where none does."""
    if stage == Stage.INITIAL_ASSESSMENT:
        return CLOCK_OF_RISK[risk]
    if stage == Stage.FOLLOW_UP and risk in (Risk.IMMEDIATE, Risk.HIGH):
        return "follow_up_high"
    return CLOCK_OF_STAGE.get(Stage(stage), "")
