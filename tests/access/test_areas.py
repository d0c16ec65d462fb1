"""Areas: found where they stand, begun by a command, and a new one passes its tests without a line elsewhere."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from krat.access import areas

NEW = "visits"
CONTRACTS = 'layers = [\n    "krat.plan",\n]\nlayers = [\n    "plan",\n]\n'


def test_every_area_is_installed():
    assert {"krat.plan", "cases", "meetings"} <= set(areas.names())
    assert set(areas.names()) <= set(settings.INSTALLED_APPS)


def test_a_folder_is_an_area_by_its_apps_module_and_by_nothing_else(tmp_path):
    for place in ("krat/gifts/apps.py", "krat/pii/detector.py", "letters/apps.py", "tests/letters/test_x.py"):
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).touch()

    assert areas.names(tmp_path) == ["krat.gifts", "letters"]


def test_a_mistake_in_what_an_area_declares_is_not_passed_over(tmp_path, monkeypatch):
    package = tmp_path / "mistaken_area"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "navigation.py").write_text("import nothing_of_this_name")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(areas, "names", lambda: ["mistaken_area"])

    with pytest.raises(ModuleNotFoundError, match="nothing_of_this_name"):
        list(areas.modules("navigation"))
    assert list(areas.modules("waiting")) == []


def test_no_two_areas_share_the_beginning_of_an_address():
    owners: dict[str, set[str]] = {}
    for module in areas.modules("urls"):
        for one in module.urlpatterns:
            owners.setdefault(str(one.pattern).partition("/")[0], set()).add(module.__name__)

    assert len(owners) > 15
    assert {first: names for first, names in owners.items() if len(names) > 1} == {}


# --- beginning one ---


@pytest.fixture
def empty(tmp_path, settings):
    """A house with one area and nothing else."""
    settings.BASE_DIR = tmp_path
    (tmp_path / "krat" / "plan").mkdir(parents=True)
    (tmp_path / "krat" / "plan" / "apps.py").touch()
    (tmp_path / "pyproject.toml").write_text(CONTRACTS)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "more", "sentence"),
    [
        ("plan", {"one": "plan_one"}, "is there already"),
        ("letters", {}, "is there already"),
        ("Visits", {}, "is no name"),
        ("two-words", {}, "is no name"),
        ("shërbime", {}, "is no name"),
        ("../visits", {}, "is no name"),
        ("class", {}, "is no name"),
        ("data", {}, "Say it with --one"),
        ("visits", {"above": "krat.nowhere"}, "no layer"),
    ],
)
def test_a_name_that_does_not_do_is_refused_and_nothing_is_written(empty, name, more, sentence):
    (empty / "templates" / "letters").mkdir(parents=True)
    before = sorted(empty.rglob("*"))

    with pytest.raises(CommandError, match=sentence):
        call_command("startarea", name, **({"above": "krat.plan"} | more))

    assert sorted(empty.rglob("*")) == before
    assert (empty / "pyproject.toml").read_text() == CONTRACTS


def test_it_writes_into_its_own_folders_and_into_the_layers(empty):
    before = set(empty.rglob("*"))

    call_command("startarea", "activities_abroad", one="activity_abroad", above="krat.plan", verbosity=0)

    written = {one for one in set(empty.rglob("*")) - before if one.is_file()}
    own = [empty / place / "activities_abroad" for place in ("krat", "templates", "tests")]
    assert len(written) > 12
    assert [one for one in written if not any(folder in one.parents for folder in own)] == []
    left = ("__area__", "__Area__", "__one__", "__Model__", "-tpl")
    assert [one for one in written if any(word in one.name + one.read_text() for word in left)] == []
    assert '"krat.activities_abroad",\n    "krat.plan"' in (empty / "pyproject.toml").read_text()
    assert '"activities_abroad",\n    "plan"' in (empty / "pyproject.toml").read_text()


# --- a new one in a copy of the house ---


class Copy:
    """A copy of the house, in which commands run."""

    def __init__(self, place: Path) -> None:
        self.place = place
        not_copied = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache", "node_modules")
        shutil.copytree(settings.BASE_DIR, place, ignore=not_copied)

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a Python module there and wait for it."""
        known = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        demo = {"KRAT_NO_DOTENV": "1", "KRAT_DEMO": "1", "PLAIN_HTTP": "1"}
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.place,
            env=known | demo | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def must(self, *command: str, **environment: str) -> str:
        """Run it and see that it went well."""
        done = self.run(*command, **environment)
        assert done.returncode == 0, f"{command}: {done.stdout[-3000:]}{done.stderr[-2000:]}"
        return done.stdout


@pytest.mark.slow
def test_a_new_area_passes_its_checks_and_tests_and_touches_nothing_else(tmp_path):
    house = Copy(tmp_path / "house")
    house.must("manage.py", "startarea", NEW, "--above", "krat.plan")
    house.must("manage.py", "makemigrations", NEW, "--name", "first")
    house.must("-m", "ruff", "check", "--fix", "--quiet", f"krat/{NEW}", f"tests/{NEW}")

    house.must("-m", "ruff", "format", "--check", f"krat/{NEW}", f"tests/{NEW}")
    house.must("manage.py", "check")
    house.must("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-logo")
    tests = [f"tests/{NEW}", "tests/ui/test_forms.py", "tests/ui/test_growth.py", "tests/house/test_models.py"]
    ran = house.must(
        "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", *tests, "-k", f"{NEW} or stands or measured", "-vv"
    )
    for one in (f"tests/{NEW}/", "test_good_words_are_taken", "test_queries_do_not_grow", "test_every_form"):
        assert one in ran
    assert [line for line in ran.splitlines() if line.startswith(f"tests/{NEW}/") and "SKIPPED" in line] == []

    # The negative control: rows of the whole country shown to a county would be found by the area's own tests.
    table = house.place / "krat" / NEW / "access.py"
    table.write_text(table.read_text().replace("Reach.COUNTY,", "Reach.COUNTRY,", 1))
    broken = house.run("-m", "pytest", "-n", "0", "-p", "no:cacheprovider", f"tests/{NEW}")
    assert broken.returncode == 1
    assert "test_outside_the_county_it_is_not_there" in broken.stdout
