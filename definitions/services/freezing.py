"""The text of a version as it stands, put aside for good."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from definitions.criteria.document import parse
from definitions.criteria.fingerprint import fingerprint
from definitions.documents import columns_of, document_of
from definitions.models import Version, VersionStatus
from definitions.selectors import catalogue
from definitions.services.drafts import next_number
from portal.common.models import User


@transaction.atomic
def version_freeze_copy(*, version: Version, actor: User) -> Version:
    """A copy that only scores: withdrawn from the beginning, so that it can be neither voted on nor in force.

    A draft goes on being edited, and a proposal may be amended; what was frozen stays. Raises
    DocumentError where a draft cannot be read yet.
    """
    document = document_of(version)
    parse(document, catalogue())
    return Version.objects.create(
        definition=version.definition,
        number=next_number(version.definition, of_copies=True),
        title=_("%(version)s as it stood on %(day)s")
        % {"version": version, "day": date_format(timezone.localdate(), "j F Y")},
        status=VersionStatus.WITHDRAWN,
        is_shadow=True,
        based_on=version,
        created_by=actor,
        document=document,
        fingerprint=fingerprint(document),
        **columns_of(document),
    )
