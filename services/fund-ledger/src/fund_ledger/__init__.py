"""The fund ledger: the payers' money in double entry, one balanced journal for each thing that happens to it."""
