"""The Celery app. Its settings are the CELERY_ names in portal/settings.py."""

import os

from celery import Celery, Task
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


class Doorbell(Task):
    """A ring that nobody answered for five minutes is worth nothing: beat has rung thirty times since.

    Without an end, the rings of a night without a worker would keep the first one busy for minutes.
    Not shorter, since sender and worker may be two machines whose clocks differ.
    """

    expires = 300


app = Celery("accord", task_cls=Doorbell)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# By name, since it reads the models, which a worker loads later than this module.
app.steps["worker"].add("portal.watchdog:Watchdog")


@worker_ready.connect
def sweep_at_once(**signal: object) -> None:
    """Whoever has just come looks at what is owed now, and not when beat rings next."""
    app.send_task("portal.tasks.sweep")
