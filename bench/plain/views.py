"""Plain Django REST framework: a model serializer and a model viewset."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from rest_framework import serializers
from rest_framework.viewsets import ModelViewSet

from bench.plain import models


class Identity(serializers.ModelSerializer):
    """Who it is: the fields that the registry tells its clients."""

    class Meta:
        model = models.Identity
        fields = (
            *("first_name", "last_name", "father_name", "mother_name", "birth_date", "birth_year", "sex"),
            *("personal_number", "citizenship", "language"),
        )


class Case(serializers.ModelSerializer):
    """A case with who it is."""

    municipality = serializers.SlugRelatedField("code", queryset=models.Municipality.objects.all())
    holder = serializers.SlugRelatedField("code", queryset=models.Holder.objects.all(), required=False)
    source = serializers.SlugRelatedField("code", queryset=models.Term.objects.filter(list="source"))
    identity = Identity()

    class Meta:
        model = models.Case
        fields = (
            *("code", "reference", "version", "number", "kind", "municipality", "holder", "concerns", "risk", "stage"),
            *("signalled_on", "source", "victim_status", "identity", "changed_at"),
        )
        read_only_fields = ("code", "number", "version", "changed_at")

    @transaction.atomic
    def create(self, validated_data: dict[str, Any]) -> models.Case:
        """Case, identity, clock, manager."""
        who, now, worker = validated_data.pop("identity"), timezone.now(), models.Worker.objects.earliest("pk")
        number = f"P{now:%y%m%d%H%M%S%f}"
        case = models.Case.objects.create(due_at=now, number=number, holder_id=worker.holder_id, **validated_data)
        models.Identity.objects.create(case=case, **who)
        models.StageDeadline.objects.create(case=case, stage=case.stage, starts_at=now, due_at=now)
        models.Assignment.objects.create(case=case, seat=worker, is_manager=True, starts_at=now)
        return case

    @transaction.atomic
    def update(self, instance: models.Case, validated_data: dict[str, Any]) -> models.Case:
        """Case and identity."""
        who = validated_data.pop("identity", {})
        for name, value in who.items():
            setattr(instance.identity, name, value)
        instance.identity.save()
        return super().update(instance, validated_data)


class Cases(ModelViewSet):
    """Cases, in the order in which they were opened."""

    serializer_class = Case
    lookup_field = "code"
    queryset = models.Case.objects.select_related("holder", "municipality", "source", "identity").order_by("pk")

    def get_queryset(self) -> Any:
        """Those of a municipality, where one is asked for."""
        rows = super().get_queryset()
        place = self.request.query_params.get("municipality")
        return rows.filter(municipality__code=place) if place else rows


class CasesByReference(Cases):
    """The same, by the sender's own reference."""

    lookup_field = "reference"
    lookup_value_regex = "[^/]+"
