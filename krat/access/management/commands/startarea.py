"""``manage.py startarea NAME``: the skeleton of a new area of the committee's half, with its pages and its tests."""

import keyword
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from krat.access import areas

TEMPLATE = Path(__file__).resolve().parents[2] / "area_template"
AFTER = """\
Made {files} files. What comes next stands in docs/recipes/area.md:
  - make it yours, then manage.py makemigrations {name} --name first, and make format
  - make messages, and write the Albanian
  - the written files: KRAT_UPDATE_MATRIX=1, KRAT_UPDATE_SCHEMA=1, KRAT_UPDATE_PAPERS=1 pytest
  - the pages that tell people of it
"""


class Command(BaseCommand):
    """Make an area."""

    help = "Writes krat/NAME, templates/NAME and tests/NAME: a list, a form, a call for machines, and tests that pass."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="in the plural and in small letters: services")
        parser.add_argument("--above", required=True, help="the area above which it stands in the layers: krat.plan")
        parser.add_argument("--one", default="", help="one of them, where the plural does not just add an s: activity")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        one = options["one"] or name.removesuffix("s")
        for word in (name, one):
            if not (word.isidentifier() and word.isascii() and word.islower()) or keyword.iskeyword(word):
                raise CommandError(f"{word!r} is no name: small letters without accents, as in a Python module.")
        if name == one:
            raise CommandError(f"What is one of {name!r} called? Say it with --one.")
        root = Path(settings.BASE_DIR)
        folders = {
            "area": root / "krat" / name,
            "templates": root / "templates" / name,
            "tests": root / "tests" / name,
        }
        labels = {area.rpartition(".")[2] for area in areas.names(root)}
        there = [folder for folder in folders.values() if folder.exists()]
        if name in labels or there:
            raise CommandError(f"{name!r} is there already; an area is never overwritten.")
        contracts = _placed((root / "pyproject.toml").read_text(), name, options["above"])
        words = {
            "__area__": name,
            "__Area__": name.replace("_", " ").capitalize().replace(" ", ""),
            "__one__": one,
            "__Model__": "".join(part.capitalize() for part in one.split("_")),
        }
        files = 0
        for kind, folder in folders.items():
            for source in sorted((TEMPLATE / kind).rglob("*-tpl")):
                path = folder / _put(str(source.relative_to(TEMPLATE / kind)).removesuffix("-tpl"), words)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(_put(source.read_text(), words))
                files += 1
        (root / "pyproject.toml").write_text(contracts)
        self.stdout.write(AFTER.format(files=files, name=name), ending="")


def _placed(contracts: str, name: str, above: str) -> str:
    """The contracts of layers with a line for the area right above another one."""
    # In the contract about krat alone, what stands above cases or meetings stands above the plan.
    inner = above.removeprefix("krat.") if above.startswith("krat.") else "plan"
    for there, new in ((above, f"krat.{name}"), (inner, name)):
        line = f'    "{there}",\n'
        if contracts.count(line) != 1:
            raise CommandError(f"pyproject.toml has no layer of {above!r} alone: name one that stands on its own line.")
        contracts = contracts.replace(line, f'    "{new}",\n{line}')
    return contracts


def _put(text: str, words: dict[str, str]) -> str:
    for placeholder, word in words.items():
        text = text.replace(placeholder, word)
    return text
