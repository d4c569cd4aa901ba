"""Referrals: what referral told of them."""
