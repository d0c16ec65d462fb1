"""The registry's addresses, and those of the plain copy: under ``api/``, where no session is looked for."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from bench.plain.views import Cases
from krat import urls
from krat.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

router = SimpleRouter()
router.register("cases", Cases, basename="plain")

urlpatterns = [path("api/plain/", include(router.urls)), *urls.urlpatterns]
