#!/usr/bin/env bash
# django-filter 26.2 with Django 5.2.19: choices given as a method of the filter set work in a test and fail when served.
#
# A filter whose choices depend on the request is made in __init__ of the filter set, with a bound method as its
# choices: Django's form fields take any callable. The form copies its fields deeply, and with the method the filter set
# it is bound to, down to its request. With a request from RequestFactory, as tests have it, that works. A request that
# went through the URL resolver holds a ResolverMatch, which refuses to be copied: the page raises PicklingError. A
# function, or functools.partial of one with plain values, is copied as it is.
# Seen: "from the factory: [('mine', 'Mine')]", "routed: PicklingError Cannot pickle ResolverMatch.",
# "routed, by a function: [('mine', 'Mine')]".
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check 'django==5.2.19' 'django-filter==26.2'
cat > look.py <<'PY'
import django
from django.conf import settings

settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["testserver"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()

from django.db import models
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from django_filters import ChoiceFilter, FilterSet


class Task(models.Model):
    whose = models.CharField(max_length=9)

    class Meta:
        app_label = "look"


def by_a_function():
    return [("mine", "Mine")]


class Filters(FilterSet):
    def __init__(self, *args, choices=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["whose"] = ChoiceFilter(field_name="whose", choices=choices or self.by_a_method, empty_label=None)

    def by_a_method(self):
        return [("mine", "Mine")] if self.request.GET.get("all") is None else []


def told(request, choices=None):
    filters = Filters(request.GET, Task.objects.all(), request=request, choices=choices)
    try:
        return list(filters.form.fields["whose"].choices)
    except Exception as mistake:
        return f"{type(mistake).__name__} {mistake}"


def page(request):
    return HttpResponse(str(told(request)))


def other_page(request):
    return HttpResponse(str(told(request, by_a_function)))


urlpatterns = [path("page/", page), path("other/", other_page)]

print("from the factory:", told(RequestFactory().get("/page/")))
print("routed:", Client().get("/page/").content.decode())
print("routed, by a function:", Client().get("/other/").content.decode())
PY
env/bin/python look.py | tee said
diff - said <<'SAID' || { echo 'CHANGED'; exit 1; }
from the factory: [('mine', 'Mine')]
routed: PicklingError Cannot pickle ResolverMatch.
routed, by a function: [('mine', 'Mine')]
SAID
