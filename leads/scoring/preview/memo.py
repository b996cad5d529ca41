"""What this process has read of snapshots, kept in memory up to a number of bytes. Pure.

Nothing in here ever changes: a snapshot, a column or a verdict has its name for ever.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

MOST_BYTES = 64 * 1024**2


class Memo:
    """The things used last. One that is larger than a quarter of the room is not kept at all."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        # Threads of one web process share it.
        self._lock = threading.Lock()

    def get(self, name: Hashable) -> Any:
        """The thing, or None."""
        with self._lock:
            if name not in self._kept:
                return None
            self._kept.move_to_end(name)
            return self._kept[name][0]

    def put(self, name: Hashable, thing: Any, size: int) -> None:
        """Keep it; `size` is in bytes."""
        with self._lock:
            if name in self._kept or size > self.most_bytes // 4:
                return
            self._kept[name] = thing, size
            self._bytes += size
            while self._bytes > self.most_bytes:
                _name, (_thing, freed) = self._kept.popitem(last=False)
                self._bytes -= freed
