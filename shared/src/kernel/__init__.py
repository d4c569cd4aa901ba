"""The kernel: what every OneStop service shares, and nothing that belongs to one of them."""
