"""The addresses of public notices, for everybody."""

from django.urls import path

from portal.applications import public_views

urlpatterns = [
    path("notices", public_views.NoticesView.as_view(), name="public-notices"),
    path("notices/<uuid:notice_id>", public_views.NoticeView.as_view(), name="public-notice"),
]
