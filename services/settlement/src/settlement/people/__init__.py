"""People: what identity told of them, and of poverty handbooks that were shown for them."""
