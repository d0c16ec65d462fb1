"""Pages that know nothing of the committee: health, language, errors, the styleguide."""

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.migrations.recorder import MigrationRecorder
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from krat.access.views import public
from krat.ui import incidents
from krat.ui import styleguide as examples


@public("load balancers ask whether the registry answers")
def health(request: HttpRequest) -> HttpResponse:
    """``ok`` and nothing else."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


@public("one chooses the language before signing in", methods=("POST",))
def language(request: HttpRequest) -> HttpResponse:
    """Remember the chosen language and go back to the page."""
    way_back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(way_back, allowed_hosts={request.get_host()}):
        way_back = "/"
    response = HttpResponseRedirect(way_back)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=365 * 24 * 3600,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@public("invented examples only, and not in service")
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    if not settings.STYLEGUIDE:
        raise Http404
    return render(request, "styleguide.html", examples.context())


@public("load balancers ask whether the registry can work")
def ready(request: HttpRequest) -> HttpResponse:
    """Whether the database answers: ``ok``, or 503 (one query). An empty database is not ready."""
    try:
        is_ready = MigrationRecorder.Migration.objects.exists()
    except (DatabaseError, InterfaceError):
        is_ready = False
    return HttpResponse(
        "ok" if is_ready else "database", status=200 if is_ready else 503, content_type="text/plain; charset=utf-8"
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    return incidents.answer_unreadable(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    return render(request, "errors/403.html", status=403)


def not_there(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404: the same page whether a thing is missing or foreign."""
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500, for what fails outside a view."""
    return incidents.answer_failed(request)
