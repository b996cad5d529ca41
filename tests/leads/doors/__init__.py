"""The doors of leads by where they stand: the desk, whose turn it is, what comes in, and the agreement."""

from __future__ import annotations

from tests.leads.doors import agreement, desk, intake, turns

DOORS = [*desk.DOORS, *turns.DOORS, *intake.DOORS, *agreement.DOORS]
