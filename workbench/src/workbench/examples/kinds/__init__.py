"""The kinds of examples beside ``settle``, by who answers them."""
