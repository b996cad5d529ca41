"""Accounts, leads, activities, intake, scoring, handoffs: the facts and what follows from them."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.db.models.signals import post_migrate

from leads import base_data


def _lay_base_data(sender: AppConfig, using: str, **kwargs: Any) -> None:
    base_data.lay(installed, using)


class LeadsConfig(AppConfig):
    name = "leads"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_lay_base_data, sender=self)
        # Only here are the models loaded; everywhere else imports stand at the top.
        import_module("leads.receivers")
        import_module("leads.owed_work").register()
        import_module("leads.required_checks").register()
        import_module("leads.volume_step").register()
        import_module("leads.selectors.examples").register()
