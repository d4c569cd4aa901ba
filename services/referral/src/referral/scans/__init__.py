"""Scans: the papers of a referral as uploads, which the sending hospital files and the agency looks at."""
