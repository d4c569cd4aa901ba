"""The demonstration: a made-up day in a city that really has this policy, with people who do not exist."""
