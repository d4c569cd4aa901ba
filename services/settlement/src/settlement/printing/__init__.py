"""Printing: the settlement list with the patient's statement, as a page and as a PDF."""
