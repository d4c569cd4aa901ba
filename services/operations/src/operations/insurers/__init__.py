"""Insurers of critical illness: their files, and poor people whose lower deductible was not carried out."""
