"""What stops one partition of a topic: the messages before it are consumed, the other partitions go on."""


class StoppedError(Exception):
    """A partition's next message cannot be consumed and must not be passed over; says why and what would be right."""


class RefusedMessageError(StoppedError):
    """A message that its publisher did not write, or not as it stands, or not at this place."""


class OtherTimelineError(StoppedError):
    """The publisher's database is another one than before: it was restored."""
