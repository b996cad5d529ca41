"""Where pages stand in the navigation when their address says otherwise: `section_path` of their context."""

from __future__ import annotations

# Pages of leads that are about the definition.
DEFINITIONS = "/definitions/"
# Pages of leads that are kept with the settings.
SETTINGS = "/settings/"
