#!/usr/bin/env bash
# httpx 0.28.1 with Django 5.2.19: a client that calls the application in-process ends the transaction a test stands in.
#
# httpx.WSGITransport is the obvious way to let a finished HTTP client talk to a Django application in a test without a
# port. Django's own test client disconnects close_old_connections from request_started and request_finished before it
# calls the handler; whoever calls the WSGI application otherwise does not. Within TestCase (or any atomic block) the
# connection is not in its usual autocommit, so Django takes it for spoilt and closes it at the first request: what the
# test wrote is gone, and its next query raises. A database in memory hides it, because Django never closes that one: the
# same test is green there and red on a file or on a server. Disconnecting the same two receivers around the call helps.
# Seen: "in memory: 1", "in a file: ProgrammingError", "in a file, without the receivers: 1".
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check 'django==5.2.19' 'httpx==0.28.1'
cat > look.py <<'PY'
import sys

import django
from django.conf import settings

settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["testserver"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()

import httpx
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection, models, transaction
from django.http import HttpResponse
from django.urls import path


class Task(models.Model):
    class Meta:
        app_label = "look"


urlpatterns = [path("", lambda request: HttpResponse("here"))]

with connection.schema_editor() as editor:
    editor.create_model(Task)
if len(sys.argv) > 2:
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
try:
    with transaction.atomic():
        Task.objects.create()
        with httpx.Client(transport=httpx.WSGITransport(get_wsgi_application()), base_url="http://testserver") as client:
            assert client.get("/").text == "here"
        print(Task.objects.count())
except Exception as mistake:
    print(type(mistake).__name__)
PY
said=$(
  echo "in memory: $(env/bin/python look.py :memory:)"
  echo "in a file: $(env/bin/python look.py one.sqlite3)"
  echo "in a file, without the receivers: $(env/bin/python look.py two.sqlite3 without)"
)
echo "$said"
[ "$said" = "in memory: 1
in a file: ProgrammingError
in a file, without the receivers: 1" ]
