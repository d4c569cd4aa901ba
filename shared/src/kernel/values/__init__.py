"""Values: money, days, divisions, refusals, what looks personal, the decider; pure, and known to everybody."""
