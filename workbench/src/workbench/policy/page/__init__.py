"""The page of a pack: its parts in the order of the waterfall, each a file."""
