"""Criteria, versions, co-authoring, ballots: the agreement."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.db.models.signals import post_migrate

from definitions import base_data


def _lay_base_data(sender: AppConfig, using: str, **kwargs: Any) -> None:
    base_data.lay(installed, using)


class DefinitionsConfig(AppConfig):
    name = "definitions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_lay_base_data, sender=self)
        # Not before now: it reads the models.
        import_module("definitions.owed_work").register()
        import_module("definitions.required_checks").register()
        import_module("definitions.own_steps").register()
