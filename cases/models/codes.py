"""Codes that systems of others write too: ISO 3166 for citizenship, ISO 639 for language. Others are refused.

They are few on purpose, with one for whatever else there is. What a system sent before they were asked for stays.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

CITIZENSHIPS: list[tuple[str, str | Promise]] = [
    ("AL", pgettext_lazy("citizenship", "Albania")),
    ("XK", pgettext_lazy("citizenship", "Kosovo")),
    ("MK", pgettext_lazy("citizenship", "North Macedonia")),
    ("ME", pgettext_lazy("citizenship", "Montenegro")),
    ("RS", pgettext_lazy("citizenship", "Serbia")),
    ("GR", pgettext_lazy("citizenship", "Greece")),
    ("IT", pgettext_lazy("citizenship", "Italy")),
    ("TR", pgettext_lazy("citizenship", "Türkiye")),
    ("SY", pgettext_lazy("citizenship", "Syria")),
    ("AF", pgettext_lazy("citizenship", "Afghanistan")),
    ("IQ", pgettext_lazy("citizenship", "Iraq")),
    ("IR", pgettext_lazy("citizenship", "Iran")),
    ("MA", pgettext_lazy("citizenship", "Morocco")),
    ("BD", pgettext_lazy("citizenship", "Bangladesh")),
    ("XA", pgettext_lazy("citizenship", "stateless")),
    ("ZZ", pgettext_lazy("citizenship", "another one")),
]
LANGUAGES: list[tuple[str, str | Promise]] = [
    ("sq", pgettext_lazy("language", "Albanian")),
    ("rom", pgettext_lazy("language", "Romani")),
    ("mk", pgettext_lazy("language", "Macedonian")),
    ("sr", pgettext_lazy("language", "Serbian")),
    ("el", pgettext_lazy("language", "Greek")),
    ("it", pgettext_lazy("language", "Italian")),
    ("en", pgettext_lazy("language", "English")),
    ("tr", pgettext_lazy("language", "Turkish")),
    ("ar", pgettext_lazy("language", "Arabic")),
    ("fa", pgettext_lazy("language", "Persian")),
    ("bn", pgettext_lazy("language", "Bengali")),
    ("sgn", pgettext_lazy("language", "sign language")),
    ("und", pgettext_lazy("language", "another one")),
]
OF_IDENTITY: Mapping[str, tuple[str, ...]] = {
    "citizenship": tuple(code for code, _name in CITIZENSHIPS),
    "language": tuple(code for code, _name in LANGUAGES),
}


def as_listed(code: str, listed: tuple[str, ...]) -> str:
    """The code of a list, whether it was written in capitals or not; what is not on the list comes back as it is."""
    return next((one for one in listed if one.casefold() == code.casefold()), code)
