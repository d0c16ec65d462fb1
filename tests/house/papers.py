"""The pages that people read, and what stands in them: stretches of code, tables, links."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOCS = ROOT / "docs"
README = ROOT / "README.md"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("**/*.md"))]
FENCE = r"^```{kind}\n(.*?)^```$"


def page(name: str) -> str:
    """A page by its place, such as ``docs/rights.md``."""
    return (ROOT / name).read_text()


def name_of(path: Path) -> str:
    """The place of a page, from the root of the house."""
    return path.relative_to(ROOT).as_posix()


def without_fences(text: str) -> str:
    """A page without its fenced blocks."""
    return re.sub(FENCE.format(kind="[^\n]*"), "", text, flags=re.DOTALL | re.MULTILINE)


def block(kind: str, text: str) -> str:
    """What stands in the one fenced block of this kind."""
    found = re.findall(FENCE.format(kind=kind), text, flags=re.DOTALL | re.MULTILINE)
    assert len(found) == 1, f"There is not one block of kind {kind!r}."
    return found[0]


def code(text: str) -> list[str]:
    """Every stretch of code, fenced or in a line."""
    fenced = re.findall(FENCE.format(kind="[^\n]*"), text, flags=re.DOTALL | re.MULTILINE)
    return [line for one in fenced for line in one.splitlines()] + re.findall(r"`([^`\n]+)`", without_fences(text))


def section(title: str, text: str) -> str:
    """What stands under a heading of the second level."""
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The rows of a table, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if not line.startswith("|---")][1:]


def headings(text: str) -> list[str]:
    """The headings of a page, of every level."""
    return re.findall(r"^#+ (.+)$", without_fences(text), flags=re.MULTILINE)


def anchors(text: str) -> set[str]:
    """What a link may lead to within a page."""
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings(text)}
