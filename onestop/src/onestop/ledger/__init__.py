"""The fund ledger for auditors: its books as text that other programs prove, and every fen back to its clause."""
