"""Commands: gather what each decision needs, and hand over."""
