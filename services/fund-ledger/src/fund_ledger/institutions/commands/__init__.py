"""What the API does."""
