"""The yardstick: a plain Django REST framework viewset over the plain copy, without rights."""

from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ModelViewSet

from bench.plain import models
from bench.plain.copy import words_and_beginnings
from cases.names import words_of

MOST_FOUND = 51


def _serializer(model: Any, *without: str, **nested: Any) -> Any:
    meta = type("Meta", (), {"model": model, "exclude": ("id", *without)})
    return type(model.__name__, (serializers.ModelSerializer,), {"Meta": meta, **nested})


_name = serializers.CharField(source="seat.name", read_only=True)
_Identity = _serializer(models.Identity, "case")
_Referral = _serializer(
    models.Referral, "case", receiver=serializers.CharField(source="receiver.short_name", read_only=True)
)
_Obstacle = _serializer(
    models.Obstacle,
    "case",
    kind=serializers.CharField(source="kind.name_sq", read_only=True),
    waits_for=serializers.CharField(source="waits_for.short_name", read_only=True),
)


class Head(serializers.ModelSerializer):
    """A case in a list: its head, and who manages it."""

    municipality = serializers.SlugRelatedField("code", queryset=models.Municipality.objects.all())
    holder_name = serializers.CharField(source="holder.short_name", read_only=True)
    source = serializers.SlugRelatedField("code", queryset=models.Term.objects.filter(list="source"))
    manager = serializers.SerializerMethodField()

    class Meta:
        model = models.Case
        exclude = ("id", "closing")
        read_only_fields = ("code", "version", "due_at", "closed_on", "changed_at")

    def get_manager(self, case: models.Case) -> str:
        """The name of the manager, as fetched with the page."""
        return next((one.seat.name for one in case.managers), "")


class Opened(Head):
    """A new case with who it is."""

    identity = _Identity()
    manager = None

    @transaction.atomic
    def create(self, validated_data: dict[str, Any]) -> models.Case:
        """Case, identity, words of the name, clock, manager."""
        who, now = validated_data.pop("identity"), timezone.now()
        case = models.Case.objects.create(due_at=now, **validated_data)
        models.Identity.objects.create(case=case, **who)
        found = words_and_beginnings(who["first_name"], who["last_name"])
        models.Word.objects.bulk_create(models.Word(case=case, word=word) for word in found)
        models.StageDeadline.objects.create(case=case, stage=case.stage, starts_at=now, due_at=now)
        seat = models.Worker.objects.all()[0]
        models.Assignment.objects.create(case=case, seat=seat, is_manager=True, starts_at=now)
        return case


class Whole(Head):
    """A case with everything that belongs to it."""

    identity = _Identity()
    clocks = _serializer(models.StageDeadline, "case")(many=True)
    team = _serializer(models.Assignment, "case", seat=_name)(many=True)
    school = _serializer(models.SchoolPart, "case")()
    aid = _serializer(models.AidPart, "case")()
    counselling = _serializer(models.CounsellingPart, "case", "provider")(many=True)
    referrals = _Referral(many=True)
    obstacles = _Obstacle(many=True)
    notes = _serializer(models.Note, "case", seat=_name)(many=True)
    manager = None


class _Pages(PageNumberPagination):
    page_size = 25


class Cases(ModelViewSet):
    """Cases of a holder, in the order in which they are expected."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()
    parser_classes = (JSONParser,)
    pagination_class = _Pages
    lookup_field = "code"

    def get_serializer_class(self) -> Any:
        """A head in lists; the whole for one case."""
        return {"retrieve": Whole, "create": Opened}.get(self.action, Head)

    def get_queryset(self) -> Any:
        """With what each shape shows."""
        rows = models.Case.objects.select_related("holder", "municipality", "source").order_by("due_at", "-id")
        if self.action == "retrieve":
            with_workers = models.Note.objects.select_related("seat")
            return rows.select_related("identity", "school", "aid").prefetch_related(
                "clocks",
                Prefetch("team", models.Assignment.objects.select_related("seat")),
                "counselling",
                Prefetch("referrals", models.Referral.objects.select_related("receiver")),
                Prefetch("obstacles", models.Obstacle.objects.select_related("kind", "waits_for")),
                Prefetch("notes", with_workers),
            )
        managers = models.Assignment.objects.filter(is_manager=True, ended_at=None).select_related("seat")
        rows = rows.prefetch_related(Prefetch("team", managers, to_attr="managers"))
        asked = {name: self.request.query_params[name] for name in ("holder", "stage") if name in self.request.GET}
        return rows.filter(**asked)

    @action(detail=False, methods=["POST"])
    def search(self, request: Request) -> Response:
        """The cases of a holder whose name begins with each of the words."""
        rows = self.get_queryset().filter(holder=request.data["holder"])
        for word in words_of(request.data["words"]):
            rows = rows.filter(pk__in=models.Word.objects.filter(word=word).values("case"))
        return Response(Head(rows[:MOST_FOUND], many=True).data)
