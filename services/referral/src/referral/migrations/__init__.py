"""Referral's schema, revision by revision."""
