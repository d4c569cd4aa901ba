"""Institutions: the registry of hospitals under contract."""
