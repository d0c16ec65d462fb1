"""What a page or a file says it shows, and how a file is named."""

import pytest
from django.test import override_settings
from django.urls import include, path

import krat.urls
from krat.access.views import needs
from krat.audit.models import Entry
from krat.people.models import Seat
from krat.ui.rendering import FileKind, UnsafeFileName, file, render_page

pytestmark = pytest.mark.django_db

PAPER = b"%PDF-1.7 invented"


@needs("cases.view")
def _page_says_nothing(request):
    return render_page(request, "errors/404.html", {"typed": []})


@needs("cases.view")
def _page_says_none(request):
    return render_page(request, "errors/404.html", {"typed": []}, shown=())


@needs("cases.view")
def _page_says_its_seat(request):
    return render_page(request, "errors/404.html", {"typed": []}, shown=[(request.seat, ["role"])])


@needs("plan.view")
def _open_page(request):
    return render_page(request, "errors/404.html", {"typed": []})


@needs("cases.view")
def _file_says_nothing(request):
    return file(request, lambda: PAPER, FileKind.PDF, "minutes", "12-2026")


@needs("cases.view")
def _file_says_its_seat(request):
    return file(request, lambda: PAPER, FileKind.PDF, "minutes", "12-2026", shown=[request.seat])


@needs("cases.view")
def _file_that_asks(request):
    return file(request, lambda: bytes(Seat.objects.unscoped("a test").count()), FileKind.PDF, "minutes", shown=())


urlpatterns = [
    path("probe/nothing/", _page_says_nothing, name="probe_nothing"),
    path("probe/none/", _page_says_none, name="probe_none"),
    path("probe/seat/", _page_says_its_seat, name="probe_seat"),
    path("probe/open/", _open_page, name="probe_open"),
    path("probe/file/nothing/", _file_says_nothing, name="probe_file_nothing"),
    path("probe/file/seat/", _file_says_its_seat, name="probe_file_seat"),
    path("probe/file/asks/", _file_that_asks, name="probe_file_asks"),
    path("", include(krat.urls.urlpatterns)),
]
probing = override_settings(ROOT_URLCONF=__name__)


def seen_of(route: str) -> list[tuple[str, list[str]]]:
    rows = Entry.objects.unscoped("what the trail got in this test").filter(event="page.seen", route=route)
    return [(one.thing_type, one.fields) for one in rows]


@probing
@pytest.mark.parametrize("page", ["nothing", "file/nothing"])
def test_a_confidential_page_that_does_not_say_what_it_shows_is_refused(page, as_, caplog):
    answer = as_("pmf.gjirokaster").get(f"/probe/{page}/")

    assert answer.status_code == 500
    assert PAPER not in answer.content
    assert "ShownUnsaid" in caplog.text
    assert seen_of("probe_nothing") == seen_of("probe_file_nothing") == []


@probing
def test_saying_that_it_shows_nothing_is_enough(as_):
    assert as_("pmf.gjirokaster").get("/probe/none/").status_code == 200
    assert seen_of("probe_none") == [("", [])]


@probing
def test_an_open_page_need_not_say(as_):
    """The negative control: only what is confidential is asked."""
    assert as_("zva.durres").get("/probe/open/").status_code == 200


@probing
def test_what_a_page_says_it_shows_stands_in_the_trail(as_):
    as_("pmf.gjirokaster").get("/probe/seat/")

    assert seen_of("probe_seat") == [(Seat._meta.label_lower, ["role"])]


@probing
@pytest.mark.parametrize("ask", ["get", "post"])
def test_a_file_stands_in_the_trail_as_a_page_does(ask, as_):
    answer = getattr(as_("pmf.gjirokaster"), ask)("/probe/file/seat/")

    assert answer.status_code == 200
    assert answer.content == PAPER
    assert seen_of("probe_file_seat") == [(Seat._meta.label_lower, [])]


@probing
def test_a_file_is_written_after_the_commit_and_asks_the_database_nothing(as_, caplog):
    assert as_("pmf.gjirokaster").get("/probe/file/asks/").status_code == 500
    assert "QueryWhileRendering" in caplog.text
    assert seen_of("probe_file_asks") == [("", [])]


@probing
def test_a_file_stays_nowhere_and_is_taken_for_nothing_else(as_):
    answer = as_("pmf.gjirokaster").get("/probe/file/seat/")

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="minutes-12-2026.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("../minutes", ""),
        ("a/b", ""),
        ('minutes"; x="', ""),
        ("minutes\n", ""),
        ("minutes\r\nSet-Cookie: a=b", ""),
        ("Minutes", ""),
        ("procesverbal-çështje", ""),
        ("", "12"),
        ("minutes", "12/2026"),
        ("minutes", "ana"),
        ("minutes", "12\n"),
        ("minutes", "١٢"),
    ],
)
def test_a_file_is_not_named_by_what_somebody_typed(name, number, rf):
    with pytest.raises(UnsafeFileName):
        file(rf.get("/"), lambda: PAPER, FileKind.PDF, name, number)


def test_fixed_words_and_a_number_name_a_file(rf):
    """The negative control: not every name is refused."""
    answer = file(rf.get("/"), lambda: PAPER, FileKind.ICS, "next-meeting", "3-2026")

    assert answer["Content-Disposition"] == 'attachment; filename="next-meeting-3-2026.ics"'
