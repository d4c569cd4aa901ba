"""Questions about clocks, and about the money that meets them."""
