# The Celery app exists before any task module is imported, so that shared tasks belong to it.
from portal.celery import app as celery_app

__all__ = ["celery_app"]
