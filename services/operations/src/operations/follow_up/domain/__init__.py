"""Files of illnesses, visits, and responsible persons: pure."""
