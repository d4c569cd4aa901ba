"""Charts: which funds and sources a place has, what each fund may pay, and who holds its money."""
