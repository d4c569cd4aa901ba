"""Referral: filings for care outside the county, from application to the agency's approval."""
