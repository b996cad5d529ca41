"""The Celery app. Its settings are the CELERY_ names in portal/settings.py."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("accord")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# By name, since it reads the models, which a worker loads later than this module.
app.steps["worker"].add("portal.watchdog:Watchdog")
