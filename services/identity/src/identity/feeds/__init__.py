"""Feeds: departments' lists, from the file to everybody's membership."""
