"""Readers: rows out of CSV, NDJSON and XLSX files."""
