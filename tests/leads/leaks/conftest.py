import pytest
import time_machine


@pytest.fixture(autouse=True)
def on_monday(clock: time_machine.Traveller) -> None:
    """Nothing here asks what time it really is."""
