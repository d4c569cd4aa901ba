"""Setting a webhook, and bringing changes to where it leads."""
