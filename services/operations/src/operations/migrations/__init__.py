"""Alembic's revisions of the service's schema."""
