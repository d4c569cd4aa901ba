"""Joins identity's parts; the only place that knows all of them."""

from identity.main.service import CODES, PARTS, SERVICE, build

__all__ = ["CODES", "PARTS", "SERVICE", "build"]
