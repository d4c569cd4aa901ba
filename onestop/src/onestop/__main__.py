"""``python -m onestop``: the command line."""

from onestop.main import app

app()
