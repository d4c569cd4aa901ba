"""Follow-up over HTTP."""
