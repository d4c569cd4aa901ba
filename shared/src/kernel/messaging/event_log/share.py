"""Which partitions of a topic an instance reads: all of them where it was elected, else what its group gave it."""

import asyncio
from typing import Protocol


class Share:
    """An instance's partitions of one topic, and a way to wait until they are others."""

    def __init__(self, partitions: frozenset[int] = frozenset()) -> None:
        self.partitions = partitions
        self._differs = asyncio.Event()

    def give(self, partitions: frozenset[int]) -> None:
        """These it is from now on."""
        if partitions != self.partitions:
            self.partitions = partitions
            self._differs.set()
            self._differs = asyncio.Event()

    async def differs_from(self, known: frozenset[int]) -> None:
        """Wait until the partitions are others than these."""
        while self.partitions == known:
            await self._differs.wait()


class Member(Protocol):
    """An instance as a member of the group that shares a topic out."""

    share: Share

    async def run(self) -> None:
        """Be a member until cancelled; raises what ends the membership, and then nothing is shared out to it."""
