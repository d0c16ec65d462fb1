"""The service catalogue for machines."""

from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from krat.api.paging import ListQuery, cursor_page
from krat.api.requests import ApiRequest
from krat.api.serializers import CodeRelatedField, StrictSerializer, UtcDateTimeField, WholeNumberField
from krat.api.views import Resource
from krat.reference.models import Municipality
from krat.services.models import ForWhom, Opening, Sector, Service, ServiceQuerySet, Territory, told_days


class ServiceSerializer(StrictSerializer):
    """A service of the catalogue. A shelter bears the code of its institution and no place."""

    code = serializers.UUIDField()
    version = WholeNumberField()
    name = serializers.CharField()
    provider = CodeRelatedField(help_text="Code of the institution that offers it.")
    county = CodeRelatedField(help_text="Code of the county whose secretariat keeps this record.")
    kinds = CodeRelatedField(many=True, read_only=True, help_text="Codes of the list `service`.")
    sector = serializers.ChoiceField(choices=Sector.choices)
    needs = CodeRelatedField(many=True, read_only=True, help_text="Codes of the list `concern`; none: for every need.")
    age_from = WholeNumberField(allow_null=True)
    age_to = WholeNumberField(allow_null=True)
    sex = serializers.ChoiceField(choices=ForWhom.choices)
    territory = serializers.ChoiceField(choices=Territory.choices)
    municipalities = CodeRelatedField(
        many=True, read_only=True, help_text="Codes, where `territory` is `by_municipality`."
    )
    opening = serializers.ChoiceField(choices=Opening.choices)
    hours = serializers.CharField()
    is_emergency = serializers.BooleanField()
    capacity = WholeNumberField(allow_null=True, help_text="Null: places are not counted.")
    free = WholeNumberField(allow_null=True, help_text="Null: nobody has told it yet.")
    told_at = UtcDateTimeField(allow_null=True, help_text="When the free places were told.")
    is_stale = serializers.SerializerMethodField(
        help_text="Told longer ago than the registry's setting allows, or never: do not rely on it."
    )
    how_to_refer = serializers.CharField()
    partners = serializers.ListField(child=serializers.CharField(), source="partner_names")
    founded_by = serializers.CharField()
    opened_on = serializers.DateField(allow_null=True)
    withdrawn_on = serializers.DateField(allow_null=True)

    @extend_schema_field(bool)
    def get_is_stale(self, service: Service) -> bool:
        return service.is_stale(self.context["told_days"])

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Without what the client must not learn of a shelter: absent, not null."""
        told: dict[str, Any] = super().to_representation(instance)
        if not instance.is_told_in_full:
            for name in ("capacity", "free", "told_at", "is_stale"):
                del told[name]
        return told


class ServicePage(StrictSerializer):
    """A page of services."""

    next = serializers.CharField(allow_null=True)
    results = ServiceSerializer(many=True)


def _offered(rows: "QuerySet[Any]", is_offered: bool) -> "QuerySet[Any]":
    return rows.filter(withdrawn_on__isnull=is_offered)


def _serving(rows: "QuerySet[Any]", code: str) -> "QuerySet[Any]":
    place = Municipality.objects.filter(code=code).first()
    return cast(ServiceQuerySet, rows).serving(place) if place is not None else rows.none()


class ServiceQuery(ListQuery):
    """What to look for in the catalogue."""

    kind = serializers.SlugField(required=False, max_length=40, help_text="Code of the list `service`.")
    municipality = serializers.CharField(required=False, max_length=40, help_text="Code of a municipality it serves.")
    offered = serializers.BooleanField(required=False, help_text="In the catalogue, or withdrawn.")

    narrowing = {
        "kind": "kinds__code",
        "municipality": _serving,
        "offered": _offered,
    }


class Services(Resource):
    """The catalogue."""

    rights = {"GET": "services.view"}
    query_class = ServiceQuery

    @extend_schema(operation_id="services", parameters=[ServiceQuery], responses=ServicePage)
    def get(self, request: ApiRequest) -> Response:
        """The services of the client's county and those that serve it, in the order in which they were entered."""
        rows = Service.objects.visible_to(request.seat).for_list().prefetch_related("needs")

        def as_known(page: list[Any]) -> None:
            Service.as_known(page, request.seat)

        return Response(
            cursor_page(request, rows, ServiceSerializer, context={"told_days": told_days()}, prepare=as_known)
        )
