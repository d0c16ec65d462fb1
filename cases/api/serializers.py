"""What municipal systems send and get: a case with who it is about, and a referral."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers

from cases import sharing
from cases.models import Case, Identity, Referral
from cases.models.case import REFERENCE
from cases.models.codes import CITIZENSHIPS, LANGUAGES, as_listed
from cases.models.identity import Sex
from cases.models.referral import ReferralState
from cases.models.signal import Kind
from cases.models.stages import Risk, Stage, VictimStatus
from cases.personal_number import doubts
from krat.access.rights import Subject
from krat.api.paging import ListQuery
from krat.api.serializers import (
    CodeRelatedField,
    DayField,
    StrictSerializer,
    UtcDateTimeField,
    WholeNumberField,
    in_utc,
)
from krat.reference.models import Municipality, Term

_WORDS: dict[str, Any] = {"max_length": 80, "required": False, "allow_null": True, "allow_blank": True}


class ListedField(serializers.ChoiceField):
    """A code of a list, written in capitals or not. What stood there before the list was asked for is still told."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, allow_blank=True, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(as_listed(data, tuple(self.choices)) if isinstance(data, str) else data)


class IdentitySerializer(StrictSerializer):
    """Who it is. ``birth_date``, or ``birth_year`` where no day is known."""

    first_name = serializers.CharField(**_WORDS)
    last_name = serializers.CharField(**_WORDS)
    father_name = serializers.CharField(**_WORDS)
    mother_name = serializers.CharField(**_WORDS)
    birth_date = DayField(required=False, allow_null=True)
    birth_year = WholeNumberField(required=False, allow_null=True, min_value=1900, max_value=2100)
    sex = serializers.ChoiceField(choices=Sex.choices, required=False, allow_null=True)
    personal_number = serializers.CharField(**{**_WORDS, "max_length": 20})
    citizenship = ListedField(choices=CITIZENSHIPS, help_text="ISO 3166, in capitals or not; `ZZ` for any other.")
    language = ListedField(choices=LANGUAGES, help_text="ISO 639, in capitals or not; `und` for any other.")

    def to_representation(self, instance: Identity) -> dict[str, Any]:
        """The words of an identity; what nobody knows is null."""
        return identity_told(instance.data)


# Once for all: a serializer that is made for a row copies every field for it.
_IDENTITY_FIELDS = tuple(IdentitySerializer().fields)


def identity_told(data: Mapping[str, str]) -> dict[str, Any]:
    """The words of an identity as machines get them; what nobody knows is null."""
    words: dict[str, Any] = {name: data[name] or None for name in _IDENTITY_FIELDS}
    words["birth_year"] = int(words["birth_year"]) if words["birth_year"] else None
    return words


class WarningSerializer(StrictSerializer):
    """Something that was taken and looks wrong: please have a person compare it."""

    field = serializers.CharField()
    detail = serializers.CharField()


def _municipalities(seat: Subject) -> QuerySet[Municipality]:
    return Municipality.objects.select_related("county")


def _sources(seat: Subject) -> QuerySet[Term]:
    return Term.objects.of(Term.List.SOURCE)


def _may_be_chosen(term: Term) -> bool:
    return term.retired_on is None or term.retired_on > timezone.localdate()


class CaseSerializer(StrictSerializer):
    """A case. ``version`` may be sent along: then the change is applied only to that version."""

    code = serializers.UUIDField(read_only=True)
    reference = serializers.RegexField(
        REFERENCE,
        max_length=60,
        required=False,
        allow_null=True,
        help_text="The sender's own, in whichever case; no personal number.",
    )
    version = WholeNumberField(required=False, min_value=1)
    number = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    municipality = CodeRelatedField(_municipalities, still=lambda municipality: True, required=False)
    holder = CodeRelatedField(help_text="Code of the institution that leads the case.")
    concerns = serializers.ListField(
        child=serializers.SlugField(),
        max_length=30,
        required=False,
        allow_null=True,
        help_text="Of the list `concern`.",
    )
    risk = serializers.ChoiceField(
        choices=Risk.choices, required=False, allow_null=True, help_text="Null: not assessed yet."
    )
    stage = serializers.ChoiceField(
        choices=Stage.choices, required=False, help_text="Only along the table of moves; systems do not close cases."
    )
    signalled_on = DayField(required=False)
    source = CodeRelatedField(  # type: ignore[assignment]  # the metaclass takes fields off the class
        _sources, still=_may_be_chosen, required=False, help_text="Of the list `source`."
    )
    victim_status = serializers.ChoiceField(
        choices=VictimStatus.choices,
        required=False,
        help_text="Told; never changed here: identification is an act that a person records (`needs_act`).",
    )
    identity = IdentitySerializer(required=False)
    changed_at = UtcDateTimeField(read_only=True)
    warnings = WarningSerializer(
        many=True,
        read_only=True,
        required=False,
        help_text="What was taken and looks wrong; absent where nothing does.",
    )

    def to_representation(self, instance: Case) -> dict[str, Any]:
        """The head, and who it is where the view handed that over for a seat that may see it."""
        shown = {
            "code": str(instance.code),
            "reference": instance.reference or None,
            "version": instance.version,
            "number": instance.number,
            "kind": instance.kind,
            "municipality": _code(instance, "municipality"),
            "holder": _code(instance, "holder"),
            "concerns": instance.concerns,
            "risk": instance.risk or None,
            "stage": instance.stage,
            "signalled_on": instance.signalled_on.isoformat(),
            "source": _code(instance, "source"),
            "victim_status": instance.victim_status,
        }
        identity_row = self.context["identities"].get(instance.pk)
        if identity_row is not None:
            data = identity_row.data
            shown["identity"] = identity_told(data)
            warnings = [{"field": "identity.personal_number", "detail": one} for one in doubts(data)]
            shown |= {"warnings": warnings} if warnings else {}
        return shown | {"changed_at": in_utc(instance.changed_at)}


def _code(case: Case, name: str) -> str:
    """The code of what a case points to: read with a list as a column, else from the row that is at hand."""
    code: str | None = case.__dict__.get(f"{name}_code")
    return code if code is not None else getattr(case, name).code


class NewCaseSerializer(CaseSerializer):
    """A case to open: where, since when and from whom it was heard must be said."""

    municipality = CodeRelatedField(_municipalities)
    signalled_on = DayField()
    source = CodeRelatedField(_sources)


class CasePage(StrictSerializer):
    """A page of cases."""

    next = serializers.CharField(allow_null=True)
    results = CaseSerializer(many=True)


class CaseQuery(ListQuery):
    """What to look for among the cases."""

    stage = serializers.ChoiceField(choices=Stage.choices, required=False)
    risk = serializers.ChoiceField(choices=Risk.choices, required=False)
    municipality = serializers.RegexField(r"^AL-[A-Z0-9-]{1,36}\Z", required=False)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)

    narrowing = {"stage": "stage", "risk": "risk", "municipality": "municipality__code", "kind": "kind"}


class QuarantinedSerializer(StrictSerializer):
    """A change that waits for a person: somebody else changed the case since this client last wrote or pulled it."""

    outcome = serializers.CharField()
    code = serializers.UUIDField(help_text="Of the case.")
    sent_change = serializers.UUIDField(help_text="Of the change that waits, as the feed tells its decision.")
    detail = serializers.CharField()


class ReferralSerializer(StrictSerializer):
    """A referral. ``case`` is there for its sender only, ``shared`` for its receiver while it is accepted."""

    code = serializers.UUIDField()
    number = serializers.CharField(help_text="Short, for a call or a letter: RF-12/2026. Once in a county and year.")
    version = WholeNumberField()
    direction = serializers.ChoiceField(choices=["sent", "received"])
    purpose = serializers.ChoiceField(choices=sorted(sharing.PURPOSES))
    state = serializers.ChoiceField(choices=ReferralState.choices)
    sender = CodeRelatedField()
    receiver = CodeRelatedField()
    request = serializers.CharField(required=False, help_text="For its receiver while the referral is open.")
    answer = serializers.CharField(required=False)
    sent_at = UtcDateTimeField()
    due_at = UtcDateTimeField()
    accepted_at = UtcDateTimeField(allow_null=True)
    ended_at = UtcDateTimeField(allow_null=True)
    case = serializers.UUIDField(required=False)
    shared = serializers.DictField(
        child=serializers.CharField(),
        required=False,
        help_text="The fields of the purpose, of who it is and of the receiver's own part. `safe_contact` is never "
        "empty: it says how the family is reached safely, or that it is not to be contacted.",
    )
    contact_via_unit = serializers.BooleanField(
        required=False,
        help_text="Beside `shared`. True: do not contact the family; ask the child protection unit first.",
    )

    def to_representation(self, instance: Referral) -> dict[str, Any]:
        """What both sides see, and what each side sees alone."""
        is_sender = instance.sender_id == self.context["request"].seat.institution_id
        time = in_utc
        shown = {
            "code": str(instance.code),
            "number": instance.alias,
            "version": instance.version,
            "direction": "sent" if is_sender else "received",
            "purpose": instance.purpose,
            "state": instance.state,
            "sender": instance.sender.code,
            "receiver": instance.receiver.code,
            "sent_at": time(instance.sent_at),
            "due_at": time(instance.due_at),
            "accepted_at": time(instance.accepted_at) if instance.accepted_at else None,
            "ended_at": time(instance.ended_at) if instance.ended_at else None,
        }
        if is_sender or instance.state == ReferralState.SENT or instance.pk in self.context["used"]:
            # Its end closes what was asked: a receiver's access ends with the task.
            shown |= {"request": instance.data["request"], "answer": instance.data["answer"]}
        case_code = self.context.get("cases", {}).get(instance.case_id)
        if is_sender and case_code is not None:
            shown["case"] = str(case_code)
        shared = self.context.get("shared")
        if shared is not None:
            shown |= {"shared": shared, "contact_via_unit": self.context["contact_via_unit"]}
        return shown


class ReferralPage(StrictSerializer):
    """A page of referrals."""

    next = serializers.CharField(allow_null=True)
    results = ReferralSerializer(many=True)


class ReferralQuery(ListQuery):
    """What to look for among the referrals."""

    state = serializers.ChoiceField(choices=ReferralState.choices, required=False)
    purpose = serializers.ChoiceField(choices=sorted(sharing.PURPOSES), required=False)

    narrowing = {"state": "state", "purpose": "purpose"}


class NothingSerializer(StrictSerializer):
    """Nothing has to be said."""


class AnswerSerializer(StrictSerializer):
    """Why it was refused, or what was done."""

    answer = serializers.CharField(max_length=4000)
