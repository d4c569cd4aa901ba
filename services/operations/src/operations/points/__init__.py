"""Service points: the windows where cases are accepted, and who sits there."""
