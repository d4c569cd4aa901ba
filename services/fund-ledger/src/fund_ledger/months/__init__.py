"""Months: which months of a county's books are closed, so that nothing is booked in them any more."""
