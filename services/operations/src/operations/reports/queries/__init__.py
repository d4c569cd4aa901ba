"""Questions that reports ask: what moved in a period, and of identity who is enrolled."""
