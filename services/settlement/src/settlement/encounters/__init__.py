"""Encounters: from admission to the settled bill, and its revocation."""
