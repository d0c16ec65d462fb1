"""Django's admin: a list with filters and search, and a page with everything that belongs to a case."""

from typing import Any

from django.contrib import admin

from bench.plain import models


class _Inline:
    extra = 0


def _inline(model: Any, base: Any = admin.TabularInline, **more: Any) -> Any:
    return type(f"{model.__name__}Inline", (_Inline, base), {"model": model, **more})


@admin.register(models.Holder)
class HolderAdmin(admin.ModelAdmin):
    """Institutions."""

    search_fields = ("short_name",)


@admin.register(models.Worker)
class WorkerAdmin(admin.ModelAdmin):
    """Workers."""

    search_fields = ("name",)


@admin.register(models.Case)
class CaseAdmin(admin.ModelAdmin):
    """Cases."""

    list_display = ("number", "kind", "risk", "stage", "holder", "municipality", "source", "signalled_on", "due_at")
    list_filter = ("stage", "risk", "kind")
    list_select_related = ("holder", "municipality", "source")
    list_per_page = 25
    ordering = ("due_at", "-id")
    search_fields = ("identity__first_name__istartswith", "identity__last_name__istartswith")
    autocomplete_fields = ("holder",)
    inlines = (
        _inline(models.Identity, admin.StackedInline),
        _inline(models.StageDeadline),
        _inline(models.Assignment, autocomplete_fields=("seat",)),
        _inline(models.SchoolPart),
        _inline(models.AidPart),
        _inline(models.CounsellingPart, autocomplete_fields=("provider",)),
        _inline(models.Referral, autocomplete_fields=("sender", "receiver")),
        _inline(models.Obstacle, autocomplete_fields=("waits_for",)),
        _inline(models.Note, autocomplete_fields=("seat",)),
    )
