"""How far from home bills are settled at once, against the days by which a document wants it."""
