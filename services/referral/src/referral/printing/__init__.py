"""Printing: the form as a page and as a paper in three copies."""
