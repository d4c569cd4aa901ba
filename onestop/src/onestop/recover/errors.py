"""What keeps a service from being recovered."""


class RecoverError(Exception):
    """The recovery cannot go on as things are; says what is in the way, and what would be right."""
