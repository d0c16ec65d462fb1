"""The admin, and the cases by code and by reference."""

from django.contrib import admin
from django.urls import include, path
from rest_framework.routers import SimpleRouter

from bench.plain.views import Cases, CasesByReference

router = SimpleRouter()
router.register("cases/by-reference", CasesByReference, basename="by-reference")
router.register("cases", Cases, basename="cases")

urlpatterns = [path("admin/", admin.site.urls), path("api/", include(router.urls))]
