"""The reference of the API, drawn in the browser from packaged assets of this server."""

from django.views.generic import TemplateView


class Reference(TemplateView):
    """Everybody may read how the API works; what it tells asks for a key."""

    template_name = "portal/reference.html"
    http_method_names = ["get", "head", "options"]
