"""Reading a bank's file: CSV or XLSX with the headings that banks print, or MT940."""
