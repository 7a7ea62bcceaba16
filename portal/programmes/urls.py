"""The addresses of programmes: for everybody, and of the desk that puts them into force."""

from django.urls import path

from portal.programmes import desk_views, prospect_views, views

VERSION = "desk/programmes/<slug:code>/<int:number>"
urlpatterns = [
    path("programmes", views.ProgrammesView.as_view(), name="programmes"),
    path("programmes/<slug:code>", views.ProgrammeView.as_view(), name="programme"),
    path("subsidies", prospect_views.ProspectsView.as_view(), name="prospects"),
    path("subsidies/<slug:code>", prospect_views.ProspectView.as_view(), name="prospect"),
    path("desk/programmes", desk_views.QueueView.as_view(), name="programme-desk"),
    path("desk/programmes/new", desk_views.TextView.as_view(), name="programme-new"),
    path(VERSION, desk_views.VersionView.as_view(), name="programme-version"),
    path(f"{VERSION}/edit", desk_views.TextView.as_view(), name="programme-edit"),
    path(f"{VERSION}/fill", desk_views.FillView.as_view(), name="programme-fill"),
    path(f"{VERSION}/activation", desk_views.ActivateView.as_view(), name="programme-activate"),
    path(f"{VERSION}/withdrawal", desk_views.WithdrawView.as_view(), name="programme-withdraw"),
    path(f"{VERSION}/end", desk_views.EndView.as_view(), name="programme-end"),
]
