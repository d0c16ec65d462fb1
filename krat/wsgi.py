"""The WSGI application: runs the system checks first and does not start when something is unsafe."""

import os
import sys

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krat.settings")


def _started() -> WSGIHandler:
    handler = get_wsgi_application()
    from krat.home.start import refuse_wrong_place

    found = checks.run_checks(databases=["default"])
    wrong = [str(message.msg) for message in found if message.level >= checks.ERROR]
    if settings.PLAIN_HTTP and set(settings.ALLOWED_HOSTS) - set(settings.LOCAL_NAMES):
        wrong.append("PLAIN_HTTP=1 drops secure cookies: ALLOWED_HOSTS may then name this machine only.")
    if not wrong:
        refuse_wrong_place()
        return handler
    raise ImproperlyConfigured("The registry does not start: " + " ".join(wrong))


try:
    application = _started()
except ImproperlyConfigured as refusal:
    sys.exit(str(refusal))
