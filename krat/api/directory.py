"""Institutions and code lists for machines. Their areas stand below the base, so their addresses stand here."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from krat.access.views import door
from krat.api.paging import ListQuery, cursor_page
from krat.api.requests import ApiRequest
from krat.api.serializers import BothLanguages, CodeRelatedField, StrictSerializer, WholeNumberField
from krat.api.views import Resource
from krat.committee.models import Institution
from krat.people.models import Seat
from krat.reference.models import County, Deadline, Municipality, Term


class InstitutionSerializer(StrictSerializer):
    """An institution of the directory."""

    code = serializers.CharField()
    version = WholeNumberField()
    name = serializers.CharField()
    short_name = serializers.CharField()
    kind = CodeRelatedField()
    county = CodeRelatedField(allow_null=True, help_text="Null: it serves the whole country.")
    parent = CodeRelatedField(allow_null=True)  # type: ignore[assignment]  # the metaclass takes fields off the class
    territories = CodeRelatedField(many=True, read_only=True, help_text="Codes of the municipalities it serves.")
    email = serializers.CharField()
    phone = serializers.CharField()
    retired_on = serializers.DateField(allow_null=True)


class InstitutionPage(StrictSerializer):
    """A page of institutions."""

    next = serializers.CharField(allow_null=True)
    results = InstitutionSerializer(many=True)


class InstitutionQuery(ListQuery):
    """What to look for in the directory."""

    kind = serializers.SlugField(required=False, max_length=40, help_text="Code of a kind of institution.")

    narrowing = {"kind": "kind__code"}


class Institutions(Resource):
    """The directory."""

    rights = {"GET": "institutions.view"}
    query_class = InstitutionQuery

    @extend_schema(operation_id="institutions", parameters=[InstitutionQuery], responses=InstitutionPage)
    def get(self, request: ApiRequest) -> Response:
        """The institutions of the client's county, and those that serve the whole country."""
        return Response(cursor_page(request, _directory(request.seat), InstitutionSerializer, order=("code",)))


class InstitutionOne(Resource):
    """One institution."""

    rights = {"GET": "institutions.view"}

    @extend_schema(operation_id="institution", responses=InstitutionSerializer)
    def get(self, request: ApiRequest, code: str) -> Response:
        """One institution of the directory."""
        return self.one(door(request, _directory(request.seat), code), InstitutionSerializer)


def _directory(seat: Seat) -> QuerySet[Institution]:
    rows: QuerySet[Institution] = Institution.objects.visible_to(seat).select_related("kind", "county", "parent")
    return rows.prefetch_related("territories")


def in_full(codes: Sequence[int], seat: Seat) -> list[tuple[Institution, dict[str, Any]]]:
    """Those of the institutions with these keys that a seat sees, each as GET of it tells it (two queries)."""
    rows = list(_directory(seat).filter(pk__in=codes))
    return list(zip(rows, InstitutionSerializer(rows, many=True).data, strict=True))


class CountySerializer(StrictSerializer):
    """A county, by its ISO 3166-2 code."""

    code = serializers.CharField()
    name = serializers.CharField()


class MunicipalitySerializer(StrictSerializer):
    """A municipality."""

    code = serializers.CharField()
    name = serializers.CharField()
    county = CodeRelatedField()


class TermSerializer(StrictSerializer):
    """A row of a code list."""

    list = serializers.CharField()
    code = serializers.CharField()
    name = BothLanguages(source="*")
    retired_on = serializers.DateField(allow_null=True, help_text="From this day it is not chosen any more.")


class DeadlineSerializer(StrictSerializer):
    """How long something may take."""

    code = serializers.CharField()
    name = BothLanguages(source="*")
    amount = WholeNumberField()
    unit = serializers.ChoiceField(choices=Deadline.Unit.values)
    starts_from = serializers.ChoiceField(choices=Deadline.Start.values)
    moves_off_rest_days = serializers.BooleanField()
    legal_reference = serializers.CharField()
    is_verified = serializers.BooleanField(help_text="Whether somebody has compared it with the act.")


class KnownInstitutionSerializer(StrictSerializer):
    """An institution by its code. Its name is absent where the client does not see it in the directory."""

    code = serializers.CharField()
    kind = serializers.CharField()
    county = serializers.CharField(allow_null=True)
    name = serializers.CharField(required=False)


class ReferenceSerializer(StrictSerializer):
    """Everything that others choose from."""

    counties = CountySerializer(many=True)
    municipalities = MunicipalitySerializer(many=True)
    lists = TermSerializer(many=True)
    deadlines = DeadlineSerializer(many=True)
    institutions = KnownInstitutionSerializer(many=True)


class Reference(Resource):
    """The lists."""

    rights = {"GET": "reference.view"}

    @extend_schema(operation_id="reference", responses=ReferenceSerializer)
    def get(self, request: ApiRequest) -> Response:
        """Counties, municipalities, code lists, deadlines and codes of institutions, with labels in both languages."""
        names = dict(Institution.objects.visible_to(request.seat).values_list("code", "name"))
        codes = Institution.objects.unscoped("codes of public institutions, in which records name them")
        everything = {
            "counties": County.objects.order_by("code"),
            "municipalities": Municipality.objects.select_related("county").order_by("code"),
            "lists": Term.objects.all(),
            "deadlines": Deadline.objects.all(),
            "institutions": [
                {"code": code, "kind": kind, "county": county} | ({"name": names[code]} if code in names else {})
                for code, kind, county in codes.order_by("code").values_list("code", "kind__code", "county__code")
            ],
        }
        return Response(ReferenceSerializer(everything).data)
