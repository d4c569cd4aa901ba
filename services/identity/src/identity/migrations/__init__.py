"""Identity's schema, revision by revision."""
