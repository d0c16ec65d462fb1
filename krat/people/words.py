"""The identity guard as verbs use it: texts of the committee carry no personal data of private persons (ruling 15)."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError

from krat.committee.models import Institution
from krat.people import identity_guard
from krat.people.models import User
from krat.reference.models import County, Municipality


def refuse_personal(texts: Mapping[str, str]) -> list[str]:
    """Raise `ValidationError`, by field, at everything shaped like a person's name, number, telephone or address.

    The sentence is the same whether the registry knows that person or not. Returns the warnings: what may stand but
    should be looked at. Four queries, none when there is no text.
    """
    texts = {field: text for field, text in texts.items() if text.strip()}
    if not texts:
        return []
    institutions = Institution.objects.unscoped("names of public institutions may stand in any text")
    names = [name for pair in institutions.values_list("name", "short_name") for name in pair]
    places = [*County.objects.values_list("name", flat=True), *Municipality.objects.values_list("name", flat=True)]
    people = list(User.objects.filter(is_active=True).values_list("name", flat=True))
    refused: dict[str, str] = {}
    warnings: list[str] = []
    for field, text in texts.items():
        found = identity_guard.find_personal(text, allowed_names=people, places=places, institutions=names)
        if any(finding.stops for finding in found):
            refused[field] = identity_guard.message([finding for finding in found if finding.stops])
        elif found:
            warnings.append(identity_guard.message(found))
    if refused:
        raise ValidationError(refused)
    return warnings
