"""The sections of a pack's page, one file each."""
