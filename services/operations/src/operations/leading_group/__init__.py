"""The leading group of a county (领导小组): who answers for people, money and things, and what stands open there."""
