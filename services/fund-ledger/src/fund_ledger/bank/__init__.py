"""Bank statements: what the bank says of an account, line by line, against what the ledger says."""
