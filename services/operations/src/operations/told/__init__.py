"""Told: what the other services told, as rows; everything else here is worked out of them."""
