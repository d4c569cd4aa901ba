"""What the fund ledger decides: pure functions on whole fen."""
