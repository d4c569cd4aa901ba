"""Enrolment: who is insured, who pays the premium, who is exempt."""
