"""Values: money, days, divisions, refusals, the decider; pure, and known to everybody."""
