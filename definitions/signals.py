"""The one signal by which the agreement speaks upwards. Received in `leads/receivers.py`."""

from __future__ import annotations

from django.dispatch import Signal

# Sent with version= and actor= inside the transaction that ratifies: what a receiver writes is ratified too.
version_ratified = Signal()
