"""The floor that everyone stands on: people, permission, audit, owed work."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.db.models.signals import post_migrate

from portal.common import base_data, form_words, owed


def _lay_base_data(sender: AppConfig, using: str, **kwargs: Any) -> None:
    base_data.lay(installed, using)


class CommonConfig(AppConfig):
    name = "portal.common"
    label = "common"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        form_words.set_words()
        post_migrate.connect(_lay_base_data, sender=self)
        # Only here are the models loaded; everywhere else imports stand at the top.
        notify = import_module("portal.common.notify")
        owed.register("digests", notify.oldest_digest)
        owed.register_bell(notify.owe_digests.delay)
        mail = import_module("portal.common.mail")
        owed.register("mail", mail.oldest_due)
        owed.register_bell(mail.send_owed_mail.delay)
        webhooks = import_module("portal.common.webhooks")
        owed.register("webhooks", webhooks.oldest_due)
        owed.register_bell(webhooks.send_owed_calls.delay)
