"""Certification: who may certify chronic diseases, and who is certified."""
