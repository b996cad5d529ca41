"""What the agreement's signals set going here. Connected when the app is ready."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from definitions.models import Version
from definitions.signals import version_ratified
from leads.models import Run
from leads.scoring.runs import run_request
from portal.common.models import User


@receiver(version_ratified, dispatch_uid="leads.activation")
def owe_the_activation(sender: object, *, version: Version, actor: User | None, **kwargs: Any) -> None:
    """The run that ends in the flip is owed by the transaction that ratifies."""
    run_request(version=version, kind=Run.Kind.ACTIVATION, actor=actor)
