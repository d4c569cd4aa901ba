"""Payment files: payments that were released go to the bank as a file, and its answer comes back line by line."""
