"""Questions about webhooks and how far each is."""
