"""Settlement's schema, revision by revision."""
