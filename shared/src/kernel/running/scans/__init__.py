"""Scans of papers: uploaded to something such as a referral, sealed under the person's key, each look written down."""
