"""Payees: the bank account of whoever a county's funds pay, sealed, named by one person and confirmed by another."""
