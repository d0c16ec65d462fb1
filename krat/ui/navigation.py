"""Places of the navigation, as areas declare them: ``PLACES`` in an area's ``navigation.py``."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Way:
    """A page to which the navigation leads, the right it asks for, and the first parts of addresses beneath it."""

    route: str
    label: str | Promise
    right: str  # empty: everybody with a seat
    under: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """One place of the navigation: the first of its ways that the seat may go leads into it, and shows the others."""

    position: int  # places stand in this order; tens, so that one can stand between two
    icon: str  # a symbol of static/img/icons.svg
    ways: tuple[Way, ...]
    also_under: tuple[str, ...] = ()

    @property
    def under(self) -> tuple[str, ...]:
        """The first parts of the addresses at which one is in this place."""
        return (*(first for way in self.ways for first in way.under), *self.also_under)
