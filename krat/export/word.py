"""A paper as a Word file: A4, Albanian, with headings, lists and tables that Word knows as such (decision 39).

python-docx begins with an American letter in English by "python-docx": each of these is said anew here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

if TYPE_CHECKING:
    from docx.styles.style import ParagraphStyle
    from docx.text.paragraph import Paragraph

LANGUAGE = "sq-AL"
FONT = "Times New Roman"  # what official papers are typed in, and every Word has
_INK = RGBColor(0x1C, 0x24, 0x30)
_QUIET = RGBColor(0x4A, 0x54, 0x62)
# Characters that no XML file may hold; everything else is written as it was typed.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class WordPaper:
    """A paper that is written from top to bottom; `read` gives the file."""

    def __init__(self, *, title: str, author: str, written_at: datetime, foot: str) -> None:
        """``title`` and ``author`` name the file, ``foot`` stands on every page beside its number."""
        self._document = Document()
        self._set_page()
        self._set_styles()
        properties = self._document.core_properties
        properties.title, properties.author, properties.last_modified_by = title, author, author
        properties.language, properties.comments = LANGUAGE, ""
        properties.created = properties.modified = written_at.replace(tzinfo=None)
        self._write_foot(foot)

    # --- what is written ---

    def heading(self, text: str, level: int = 1) -> None:
        """A heading; 0 is the paper's own name."""
        self._document.add_heading(_clean(text), level)

    def text(self, text: str, *, strong: bool = False, quiet: bool = False, centred: bool = False) -> None:
        """A paragraph for each line of the text."""
        for line in _clean(text).splitlines() or [""]:
            paragraph = self._document.add_paragraph()
            run = paragraph.add_run(line)
            run.bold = strong or None
            if quiet:
                run.font.color.rgb = _QUIET
            if centred:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
                paragraph.paragraph_format.space_after = Pt(0)

    def points(self, lines: Iterable[str]) -> None:
        """A list without numbers."""
        for line in lines:
            self._document.add_paragraph(_clean(line), style="List Bullet")

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table whose first row stands again on every page."""
        table = self._document.add_table(rows=1, cols=len(head), style="Table Grid")
        for cell, word in zip(table.rows[0].cells, head, strict=True):
            cell.paragraphs[0].add_run(_clean(word)).bold = True
        again = OxmlElement("w:tblHeader")
        again.set(qn("w:val"), "true")
        table.rows[0]._tr.get_or_add_trPr().append(again)
        for row in rows:
            for cell, word in zip(table.add_row().cells, row, strict=True):
                cell.text = _clean(word)
        for paragraph in (one for row in table.rows for cell in row.cells for one in cell.paragraphs):
            paragraph.paragraph_format.space_after = Pt(2)
        self._document.add_paragraph()

    def signatures(self, offices: Iterable[str]) -> None:
        """A line to sign on for each office, kept together."""
        for office in offices:
            paragraph = self._document.add_paragraph(f"{_clean(office)}\t____________________________")
            paragraph.paragraph_format.space_before = Pt(24)
            paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(45))
            paragraph.paragraph_format.keep_with_next = True

    def read(self) -> bytes:
        """The file."""
        file = BytesIO()
        self._document.save(file)
        return file.getvalue()

    # --- how it looks ---

    def _set_page(self) -> None:
        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin, section.right_margin = Mm(25), Mm(22)
        section.top_margin, section.bottom_margin = Mm(22), Mm(24)

    def _set_styles(self) -> None:
        sizes = {"Normal": 11, "Title": 18, "Heading 1": 13, "Heading 2": 11.5, "List Bullet": 11}
        for name, size in sizes.items():
            style: ParagraphStyle = self._document.styles[name]
            style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), _INK
            # The headings of the template follow its theme, also for letters that are not Latin.
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for key in [key for key in fonts.attrib if key.endswith("Theme")]:
                del fonts.attrib[key]
            for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
                fonts.set(qn(script), FONT)
            style.paragraph_format.space_after = Pt(6)
        for language in self._document.styles.element.iter(qn("w:lang")):
            language.set(qn("w:val"), LANGUAGE)
        # The template's second set of styles, for Word 2007, would still say English.
        relations = self._document.part.rels
        for key in [key for key, one in relations.items() if one.reltype.endswith("/stylesWithEffects")]:
            del relations[key]

    def _write_foot(self, foot: str) -> None:
        paragraph = self._document.sections[0].footer.paragraphs[0]
        paragraph.add_run(f"{_clean(foot)}\t\t")
        for words in ("PAGE", " / ", "NUMPAGES"):
            if words.isupper():
                _add_field(paragraph, words)
            else:
                paragraph.add_run(words)


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("", text)


def _add_field(paragraph: Paragraph, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run = OxmlElement("w:r")
    words = OxmlElement("w:t")
    words.text = "1"
    run.append(words)
    field.append(run)
    paragraph._p.append(field)
