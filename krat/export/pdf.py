"""A paper as PDF: PDF/A-3a to be kept and PDF/UA to be read aloud, in one file (decision 39).

WeasyPrint 70 writes one of the two at a time, so that the mark of the second is added to the metadata of the first.
"""

from __future__ import annotations

import atexit
import ctypes
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation

if TYPE_CHECKING:
    from weasyprint import Document
    from weasyprint.text.fonts import FontConfiguration

LANGUAGE = "sq"
_STYLE = Path(__file__).with_name("paper.css")
_FONT = re.compile(r"font:(source-sans-3-latin(?:-ext)?-[46]00-normal)")

# The subset of the font has no glyph for these: what reads alike takes their place.
_ALIKE = str.maketrans({"\u202f": "\u00a0", "\u2010": "-", "\u2011": "-"})

# What PDF/UA is known by, and the description that PDF/A asks of every property it does not know.
_UA = """\
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part>\
</rdf:Description>\
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"\
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 to which the document conforms</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property>\
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""


class PaperFailed(RuntimeError):
    """The paper asks for something from outside: a picture, a style, a font that is not the registry's."""


@cache
def is_available() -> bool:
    """Whether the machine has what WeasyPrint draws with, Debian's libpango-1.0-0 and libpangoft2-1.0-0."""
    try:
        for name in ("libpango-1.0.so.0", "libpangoft2-1.0.so.0"):
            ctypes.CDLL(name)
    except OSError:
        return False
    return True


def pdf(template: str, context: dict[str, Any], *, identifier: str) -> bytes:
    """The template as a PDF, in Albanian: it is one paper, whatever the language of its reader. Asks no query.

    The template extends ``export/paper.html``. ``identifier`` (letters and digits) names the paper in the file, so that
    the same paper is the same file. Takes some 0.3 s; raises `PaperFailed`.
    """
    # Takes a second and a half to load, which no other page should wait for.
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError

    with translation.override(LANGUAGE):
        drawn = render_to_string(template, context)
    html = unicodedata.normalize("NFC", drawn).translate(_ALIKE)
    try:
        written = HTML(string=html, base_url="paper:", url_fetcher=_own_only()).write_pdf(
            finisher=_also_accessible,
            font_config=_fonts(),
            stylesheets=[_style()],
            pdf_variant="pdf/a-3a",
            pdf_identifier=identifier.encode(),
        )
    except FatalURLFetchingError as refusal:
        raise PaperFailed("A paper may ask for nothing from outside.") from refusal
    return bytes(written)


@cache
def _fonts() -> FontConfiguration:
    from weasyprint.text.fonts import FontConfiguration

    atexit.register(_forget)
    return FontConfiguration()


def _forget() -> None:
    """Let the fonts go while the library that frees them is still there."""
    _style.cache_clear()
    _fonts.cache_clear()


@cache
def _style() -> Any:
    from weasyprint import CSS

    return CSS(string=_STYLE.read_text(), base_url="paper:", font_config=_fonts(), url_fetcher=_own_only())


@cache
def _own_only() -> Any:
    """What fetches: the registry's font by its name, and nothing else from anywhere."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OwnOnly(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            found = _FONT.fullmatch(url)
            place = finders.find(f"vendor/source-sans-3/{found[1]}.woff2") if found else None
            if not place:
                raise FatalURLFetchingError(url)
            return URLFetcherResponse(url, Path(str(place)).read_bytes(), {"Content-Type": "font/woff2"})

    return OwnOnly()


def _also_accessible(document: Document, pdf: Any) -> None:
    """Enter PDF/UA into the one block of metadata, which PDF/A wants uncompressed."""
    number = int(str(pdf.catalog["Metadata"], "ascii").split()[0])
    metadata = pdf.objects[number]
    text = b"".join(metadata.stream).decode()
    before, end, after = text.rpartition("</rdf:RDF>")
    if not end:
        raise PaperFailed("The file has no metadata to enter PDF/UA in.")
    metadata.stream = [f"{before}{_UA}{end}{after}".encode()]
    metadata.compress = False
