"""Settings, URLs, the Celery application: the top layer, which may import everything below."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
