"""Revocations: a settlement taken back, by its hospital or by the agency with all that rests on it."""
