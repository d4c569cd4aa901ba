"""The file for the bank, and the bank's answer to it."""
