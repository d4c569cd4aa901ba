"""Making reports and reading them: what is gathered for a sheet, and what is written down of it."""
