"""Row-level access: querysets of a scoped model answer only when a seat is named.

``objects`` refuses to be read until someone says who is asking, by `visible_to` or `permitted`. The refusal sits in the
default and in the base manager, so it also covers choice fields, related managers, prefetching, counting and
subqueries. Overriding ``_fetch_all`` alone would not: iterators, aggregates and subqueries pass it by (decision 2).
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, ClassVar, NoReturn, Self, TypeVar

from django.core.exceptions import FieldError, PermissionDenied, ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.sql import Query
from django.utils.translation import gettext_lazy as _

from krat.access import rights
from krat.access.rights import Reach, Subject


class UnscopedQuery(Exception):
    """Rows of a scoped model were asked for and nobody said who is asking."""


M = TypeVar("M", bound="ScopedModel")

_validating: ContextVar[bool] = ContextVar("validating", default=False)


@contextmanager
def validation() -> Iterator[None]:
    """Let Django's own validation look for equal rows and for the far end of a key; it hands no row to anyone."""
    token = _validating.set(True)
    try:
        yield
    finally:
        _validating.reset(token)


class ScopedQuery(Query):
    """Follows no hidden relation: under the name ``+`` Django finds whichever it met last, and asks nobody."""

    def names_to_path(self, names: Sequence[str], *args: Any, **kwargs: Any) -> Any:
        if "+" in names:
            raise FieldError("A hidden relation is not followed.")
        return super().names_to_path(names, *args, **kwargs)


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset that answers only after a seat was named."""

    _is_named = False

    def __init__(self, model: type[M] | None = None, query: Query | None = None, **kwargs: Any) -> None:
        super().__init__(model, query or ScopedQuery(model), **kwargs)

    # --- naming who asks ---

    def visible_to(self, seat: Subject) -> Self:
        """The rows this seat may see at all (the model's ``view_right``)."""
        return self.permitted(seat, self.model.view_right)

    def permitted(self, seat: Subject, right: str) -> Self:
        """The rows on which this seat has this right."""
        reach = rights.reach(seat, right)
        if reach is Reach.NONE:
            return self._named().none()
        return self._named().filter(self.model.within(reach, seat))

    def unscoped(self, why: str) -> Self:
        """All rows, for a stated reason. A house test lists the modules that may say this."""
        if not why:
            raise ValueError("Say why this query needs no seat.")
        return self._named()

    def none(self) -> Self:
        """Nothing: safe to hand to anyone."""
        return self._named()._empty()

    def _empty(self) -> Self:
        return super().none()

    def _named(self) -> Self:
        clone = self.all()
        clone._is_named = True
        return clone

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]  # private in the stubs; the flag must follow every copy
        clone._is_named = self._is_named
        return clone

    # --- every way to read, count or write rows ---

    def refuse_unasked(self) -> None:
        """Raise `UnscopedQuery` where nobody was named: for whoever takes the statement out of its queryset."""
        self._ask()

    def _ask(self) -> None:
        if not self._is_named and not _validating.get():
            name = self.model.__name__
            raise UnscopedQuery(f"Who is asking? Write {name}.objects.visible_to(seat) or .permitted(seat, right).")

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._ask()
        super()._fetch_all()

    def iterator(self, chunk_size: int | None = None) -> Iterator[Any]:
        self._ask()
        return super().iterator(chunk_size)

    def aiterator(self, chunk_size: int = 2000) -> AsyncIterator[Any]:
        self._ask()
        return super().aiterator(chunk_size)

    def count(self) -> int:
        self._ask()
        return super().count()

    def exists(self) -> bool:
        self._ask()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._ask()
        return super().aggregate(*args, **kwargs)

    def contains(self, obj: models.Model) -> bool:
        self._ask()
        return super().contains(obj)

    def update(self, **kwargs: Any) -> int:
        self._ask()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._ask()
        return super().delete()

    def explain(self, **kwargs: Any) -> str:
        self._ask()
        return super().explain(**kwargs)

    def raw(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Never: raw SQL asks nobody."""
        raise UnscopedQuery("Raw SQL asks nobody who is looking.")

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        self._ask()
        return super().resolve_expression(*args, **kwargs)

    def _combinator_query(self, combinator: str, *others: Any, all: bool = False) -> Self:
        for one in (self, *others):
            _ask_if_scoped(one)
        return super()._combinator_query(combinator, *others, all=all)  # type: ignore[misc,no-any-return]

    def __or__(self, other: Any) -> Self:
        self._ask_both(other)
        return super().__or__(other)

    def __and__(self, other: Any) -> Self:
        self._ask_both(other)
        return super().__and__(other)

    def __xor__(self, other: Any) -> Self:
        self._ask_both(other)
        return super().__xor__(other)

    def _ask_both(self, other: Any) -> None:
        self._ask()
        _ask_if_scoped(other)


def _ask_if_scoped(queryset: Any) -> None:
    if isinstance(queryset, ScopedQuerySet):
        queryset._ask()


class CheckedModel(models.Model):
    """An open model that points to scoped ones: validating it may look for the far end of its keys."""

    class Meta:
        abstract = True

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        with validation():
            super().full_clean(*args, **kwargs)

    def _get_FIELD_display(self, field: models.Field[Any, Any]) -> str:  # noqa: N802  Django's name
        """The words of a choice. Django's own puts the whole list of choices together anew for every cell."""
        value = getattr(self, field.attname)
        try:
            return str(_words_of(field)[value])
        except (KeyError, TypeError):  # no choice of today, or a list of them
            return super()._get_FIELD_display(field)  # type: ignore[misc,no-any-return]  # not in the stubs


@cache
def _words_of(field: models.Field[Any, Any]) -> dict[Any, Any]:
    """The words of a field's choices, still in whichever language is chosen when they are read."""
    return dict(field.flatchoices)


class ScopedModel(CheckedModel):
    """A row that only certain seats may see. Addresses carry ``code``; row ids stay inside."""

    view_right: ClassVar[str]
    held_with: ClassVar[tuple[str, ...]] = ()  # what a verb needs of it besides its own row

    code: models.Field[Any, Any] = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        """For each reach that this model's rights use, the condition by which this seat's rows are found."""
        raise NotImplementedError(f"{cls.__name__} must say by which paths its rows are reached.")

    @classmethod
    def within(cls, reach: Reach, seat: Subject) -> Q:
        """The condition of one reach; a reach the model has no path for is an error, not an open door."""
        return Q() if reach is Reach.COUNTRY else cls.paths(seat)[reach]

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: models.QuerySet[Any] | None = None,
    ) -> None:
        """Read this row again: whoever holds it has come through the door already."""
        again = from_queryset if from_queryset is not None else type(self).objects.unscoped("a row already held")
        super().refresh_from_db(using=using, fields=fields, from_queryset=again)


class VersionedModel(ScopedModel):
    """A row that several people edit: every edit carries the version it was based on."""

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta(ScopedModel.Meta):
        abstract = True


class Stale(ValidationError):
    """Somebody changed the row since the version the edit was based on; ``current`` is how it stands now."""

    def __init__(self, current: models.Model) -> None:
        sentence = _(
            "Somebody changed this after you opened it. Compare both texts, put together what should stand, and save."
        )
        super().__init__(sentence, code="stale")
        self.current = current


def hold(thing: M, *, based_on: int | None = None) -> M:
    """Lock the row until the transaction ends and return it as it stands now (one query, one row lock).

    Only what the returned row says is held: what it was read from before, and rows that come along with it, may have
    changed since. Rows are locked in one order everywhere (decision 32). Raises `Stale` when the caller's edit was
    based on another version.
    """
    return hold_by_id(type(thing), thing.pk, based_on=based_on)


def hold_by_id(model: type[M], pk: int, *, based_on: int | None = None) -> M:
    """`hold` for a row of which only the key is known: what a row points to is locked before the row itself."""
    queryset: models.QuerySet[Any] = model.objects.unscoped("a row already held, now locked")
    rows = queryset.select_related(*model.held_with) if model.held_with else queryset
    # Of the row, not of its key: whoever adds a row that points here need not wait, and takes no lock unasked.
    locked = rows.select_for_update(of=("self",), no_key=True)
    try:
        current: M = locked.get(pk=pk)
    except model.DoesNotExist:
        # While we waited, somebody gave it another holder: PostgreSQL then looks for the row with what it pointed to
        # before, and finds none. Asked anew, it is there.
        current = locked.get(pk=pk)
    if based_on is not None and isinstance(current, VersionedModel) and current.version != based_on:
        raise Stale(current)
    return current


def settle(thing: M, *, by: Subject, right: str, changed: Collection[str] | None = None) -> M:
    """Check, save and look again: what was written must lie within the writer's right, else all is rolled back.

    Without the second look a coordinator of one county could file a meeting in another (two queries, and one for each
    key and each constraint that is checked). ``changed`` names the fields that alone differ from what stands, or in a
    new row those that came from outside: these are checked (`check_only`), and of a row that stood these are written.
    """
    is_new = thing._state.adding
    if isinstance(thing, VersionedModel) and not is_new:
        thing.version += 1
    if changed is None:
        thing.full_clean()
        thing.save()
    else:
        check_only(thing, changed)
        thing.save(update_fields=None if is_new else _with_what_follows(thing, changed))
    look_again(thing, by=by, right=right)
    return thing


def check_only(thing: models.Model, changed: Collection[str], *, constraints: bool = True) -> None:
    """`full_clean` of these fields, and of every constraint that one of them stands in (``constraints``).

    For rows of which the other fields stand already, or were put in from rows that are at hand; the database holds
    their keys and constraints in any case.
    """
    names = {field.name for field in thing._meta.concrete_fields}
    others = names - set(changed)
    touched: set[str] = set().union(*(some for some in _constrained(type(thing)) if some & set(changed)))
    wrong: dict[str, list[ValidationError]] = {}
    with validation():
        try:
            thing.full_clean(exclude=others, validate_constraints=False)
        except ValidationError as mistake:
            mistake.update_error_dict(wrong)
        try:
            if constraints:
                thing.validate_constraints(exclude=(names - touched) | set(wrong))
        except ValidationError as mistake:
            mistake.update_error_dict(wrong)
    if wrong:
        raise ValidationError(wrong)


@cache
def _constrained(model: type[models.Model]) -> list[set[str]]:
    """The fields that stand in each constraint of a model."""
    return [
        set(getattr(one, "fields", ()))
        | set().union(*(_named_in(each) for each in getattr(one, "expressions", ())))
        | _named_in(getattr(one, "condition", None))
        for one in model._meta.constraints
    ]


def _named_in(expression: Any) -> set[str]:
    if isinstance(expression, Q):
        named = [
            _named_in(child[1]) | {child[0].partition("__")[0]} if isinstance(child, tuple) else _named_in(child)
            for child in expression.children
        ]
        return set().union(*named)
    parts = expression.flatten() if hasattr(expression, "flatten") else [expression]
    return {str(getattr(one, "name", "")).partition("__")[0] for one in parts if isinstance(one, models.F)}


def _with_what_follows(thing: models.Model, changed: Collection[str]) -> set[str]:
    """The changed fields, the version, and those that are set whenever a row is saved."""
    follow = {field.name for field in thing._meta.concrete_fields if getattr(field, "auto_now", False)}
    return {*changed, *follow, *(["version"] if isinstance(thing, VersionedModel) else [])}


def look_again(thing: M, *, by: Subject, right: str) -> None:
    """Raise `PermissionDenied`, so that all is rolled back, when what was written lies outside the writer's right."""
    if not _again(type(thing), right).rows(by, thing.pk):
        raise PermissionDenied(_("This lies outside your seat's reach."))


@cache
def _again(model: type[ScopedModel], right: str) -> Any:
    """The question whether a row of this model lies within this right; every verb asks it."""
    from krat.access.prepared import Prepared  # it knows this module

    return Prepared(lambda by, pk: model.objects.permitted(by, right).filter(pk=pk).order_by().only("pk"))


# --- many rows at once ---


def look_again_at_all(things: Sequence[ScopedModel], *, by: Subject, right: str) -> None:
    """`look_again` for many rows of one model (one query; none where there is no row)."""
    if things:
        rows = type(things[0]).objects.permitted(by, right).filter(pk__in=[one.pk for one in things])
        if rows.count() != len(things):
            raise PermissionDenied(_("This lies outside your seat's reach."))


def update_many(things: Sequence[ScopedModel], changed: Collection[str]) -> None:
    """Write these fields of many rows that are held (one statement, or a few; none where there is no row).

    By inserting each where it stands already: the database then takes the fields of the row that stands, which is many
    times as fast as Django's `bulk_update`.
    """
    if things:
        rows: Any = type(things[0]).objects.unscoped("rows that are held are written")
        rows.bulk_create(things, update_conflicts=True, unique_fields=["pk"], update_fields=sorted(changed))
