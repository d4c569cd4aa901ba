"""What stands in which report: pure."""
