"""Referrals: filing for care outside the county, step by step."""
