"""What if: a period's settlements decided again under another law, and what each fund would have paid then."""
