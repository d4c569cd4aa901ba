"""What is measured, always as ratios in one run on one machine."""
