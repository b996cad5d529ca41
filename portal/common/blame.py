"""What an action found wrong with the values, put where the person typed them."""

from __future__ import annotations

from django.forms import BaseForm

from portal.common.errors import Invalid


def blame(form: BaseForm, error: Invalid, *, otherwise: str | None = None) -> None:
    """Put the sentence beside the field to blame; without such a field, above the form or at `otherwise`."""
    form.add_error(error.field if error.field in form.fields else otherwise, str(error))
