"""The pure part of referral: one filing and its way through the offices."""
