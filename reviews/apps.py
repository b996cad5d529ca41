"""Series, meetings, agenda, evidence, outcomes, actions: where the definition is held to account."""

from importlib import import_module

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Not before now: it reads the models.
        import_module("reviews.owed_work").register()
        import_module("reviews.review_step").register()
