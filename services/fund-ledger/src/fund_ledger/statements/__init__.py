"""Statements: what a hospital, a clinic or an insurer is told at the end of a month."""
