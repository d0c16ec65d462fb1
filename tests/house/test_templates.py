"""Templates: components with headers on the styleguide, pages that somebody shows, nothing inline or from elsewhere."""

import ast
import re
from pathlib import Path

import allauth
import pytest
from django.conf import settings
from django.template import Context, Template
from django.test.signals import template_rendered

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
FILES = sorted(path for path in TEMPLATES.glob("**/*") if path.is_file())
PAGES = [path for path in FILES if path.suffix == ".html"]
COMPONENTS = sorted((TEMPLATES / "components").glob("[!_]*.html"))  # "_" begins a fragment of one of them, or of base
OTHERS = Path(allauth.__file__).parent

# What Django and its kin ask for by name.
BY_NAME = {"429.html"}
# Folders whose templates replace those of django-allauth under the same name.
REPLACING = ("account/", "mfa/", "usersessions/", "allauth/", "429.html")


def name_of(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


def words_of(path: Path) -> str:
    """A template without its template comments; the rows of a table that it has drawn one by one are part of it."""
    words = re.sub(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", "", path.read_text(), flags=re.DOTALL)
    return words + "".join(words_of(TEMPLATES / name) for name in re.findall(r"""{%\s*rows\s+"([^"]+)\"""", words))


# --- tables ---


def headings(words: str) -> set[str]:
    """The names under which the headings of a template keep their words."""
    return set(re.findall(r'{% column "(\w+)"', words))


def handed_to(name: str) -> set[str]:
    """The headings whose words a template hands to this one, of which it draws a row for each thing."""
    found: set[str] = set()
    for words in map(words_of, PAGES):
        for handed in re.findall(rf'{{% rows "{name}"([^%]*)%}}', words):
            found |= headings(words) & set(re.findall(r"\b(\w+)=\1\b", handed))
    return found


def unnamed_labels(words: str, handed: set[str] = frozenset()) -> set[str]:
    """The labels of cells that no heading declares, of the same template or of the one that draws it."""
    labels = set(re.findall(r'data-label="([^"]*)"', words))
    return labels - {f"{{{{ {name} }}}}" for name in headings(words) | handed}


def test_what_a_cell_is_called_on_a_phone_is_named_once_in_the_heading_of_its_column():
    unnamed = {name_of(path): unnamed_labels(words_of(path), handed_to(name_of(path))) for path in PAGES}

    assert {name: labels for name, labels in unnamed.items() if labels} == {}


def test_a_row_drawn_by_another_template_gets_its_labels_from_that_ones_headings():
    handed = handed_to("cases/_case_row.html")

    assert "stage_label" in handed
    assert unnamed_labels('<td data-label="{{ stage_label }}"><td data-label="{{ nobodys_label }}">', handed) == {
        "{{ nobodys_label }}"
    }


@pytest.mark.parametrize("label", ["{{ late_label }}", "Until"])
def test_a_label_that_stands_in_no_heading_would_be_seen(label):
    heading = '{% column "until_label" %}{% translate "Until" %}{% endcolumn %}'

    assert unnamed_labels(f'{heading}<td data-label="{{{{ until_label }}}}"></td>') == set()
    assert unnamed_labels(f'{heading}<td data-label="{label}"></td>') == {label}


def test_a_heading_gives_its_words_to_its_cells_without_their_markup():
    text = '{% load ui %}{% column "x" kind="number" %}<b>"Who" &amp; when</b>{% endcolumn %}<td data-label="{{ x }}">'

    assert Template(text).render(Context()) == (
        '<th scope="col" class="number"><b>"Who" &amp; when</b></th><td data-label="&quot;Who&quot; &amp; when">'
    )


# --- components ---


@pytest.mark.parametrize("path", COMPONENTS, ids=name_of)
def test_a_component_says_what_it_is_for_and_what_it_accepts(path):
    header = re.match(r"\s*{% comment %}(.*?){% endcomment %}", path.read_text(), flags=re.DOTALL)

    assert header, f"{path.name} has no header."
    assert "Accepts:" in header[1]
    assert "Example:" in header[1]


@pytest.mark.django_db
def test_every_component_stands_on_the_styleguide(as_):
    browser = as_("dpo")
    browser.post("/account/seat/", {"seat": "not mine"})  # leaves a message for the next page

    drawn: set[str] = set()

    def note(sender, template, **more) -> None:
        drawn.add(template.name)

    template_rendered.connect(note)
    try:
        answer = browser.get("/styleguide/")
    finally:
        template_rendered.disconnect(note)

    assert answer.status_code == 200
    assert sorted(name_of(path) for path in COMPONENTS if name_of(path) not in drawn) == []


@pytest.mark.django_db
def test_in_service_there_is_no_styleguide(client, world, settings):
    settings.STYLEGUIDE = False

    assert client.get("/styleguide/").status_code == 404


def test_components_are_included_with_nothing_else():
    loose = [
        f"{name_of(path)}: {found}"
        for path in PAGES
        for found in re.findall(r'{%\s*include\s+"components/[^_][^%]*%}', words_of(path))
        if not re.search(r"\bonly\s*%}$", found)
    ]

    assert loose == []


# --- every template has a page ---


def named_in_code() -> set[str]:
    found = set()
    for folder in ("krat", "meetings", "cases"):
        for path in (ROOT / folder).glob("**/*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
                    found.add(node.value)
    return found


def named_in_templates() -> set[str]:
    return {
        name
        for path in FILES
        for name in re.findall(r"""{%\s*(?:include|extends|drawn|rows)\s+["']([^"']+)["']""", words_of(path))
    }


def replaces(name: str) -> bool:
    """Whether django-allauth has a template of this name, or asks for one."""
    if not name.startswith(REPLACING):
        return False
    return any((folder / name).exists() for folder in OTHERS.glob("**/templates"))


def test_no_template_stands_without_a_page():
    used = named_in_code() | named_in_templates() | BY_NAME

    assert [name_of(path) for path in FILES if name_of(path) not in used and not replaces(name_of(path))] == []


def test_no_page_names_a_template_that_is_not_there():
    there = {name_of(path) for path in FILES}
    named = {name for name in named_in_code() if re.fullmatch(r"[a-z_]+/[a-z_/]+\.html", name)}

    assert sorted(name for name in (named | named_in_templates()) - there if not name.startswith("django/")) == []


# --- nothing inline, nothing from elsewhere, nothing unescaped ---

NEVER = {
    "an HTML comment": r"<!--",
    "an inline style": r"<[^>]*\sstyle\s*=",
    "a style element": r"<style\b",
    "an inline handler": r"<[^>]*\son[a-z]+\s*=",
    "an inline script": r"<script(?![^>]*\bsrc=)[^>]*>",
    "an address of a script": r"""(?:href|src|action)\s*=\s*["']?\s*javascript:""",
    "something from elsewhere": r"""(?:src|href|action|srcset|poster)\s*=\s*["'](?:https?:)?//""",
    "unescaped words": r"\|\s*safe\b|{%\s*autoescape\s+off|mark_safe",
    "an embedded frame": r"<(?:iframe|object|embed)\b",
}
CONTROLS = {
    "an HTML comment": "<!-- hidden -->",
    "an inline style": '<p class="x" style="color: red">',
    "a style element": "<style>p {}</style>",
    "an inline handler": '<button onclick="go()">',
    "an inline script": '<script type="module">go()</script>',
    "an address of a script": '<a href="javascript:go()">',
    "something from elsewhere": '<img src="//fonts.example/x.png">',
    "unescaped words": "{{ words|safe }}",
    "an embedded frame": '<iframe src="/x/">',
}


@pytest.mark.parametrize("what", NEVER)
def test_no_template_holds(what):
    assert [name_of(path) for path in PAGES if re.search(NEVER[what], words_of(path), flags=re.IGNORECASE)] == []


@pytest.mark.parametrize("what", NEVER)
def test_it_would_be_seen(what):
    """The negative control."""
    assert re.search(NEVER[what], CONTROLS[what], flags=re.IGNORECASE)


def test_an_ordinary_script_and_link_are_not_taken_for_one():
    for ordinary in ('<script type="module" src="/static/js/x.js"></script>', '<a href="/tasks/">'):
        assert not [what for what, pattern in NEVER.items() if re.search(pattern, ordinary)]


def test_styles_and_scripts_fetch_nothing_from_elsewhere():
    elsewhere = r"""url\(\s*["']?(?:https?:)?//|@import\s+["'](?:https?:)?//|fetch\(\s*["']https?:"""
    files = [*(ROOT / "static").glob("**/*.css"), *(ROOT / "static").glob("**/*.js")]
    fetching = [str(path.relative_to(ROOT)) for path in files if re.search(elsewhere, path.read_text())]

    assert fetching == []
