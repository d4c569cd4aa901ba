"""Tidying: what grows has an end. Answers go when their time is over, messages when every consumer has them."""
