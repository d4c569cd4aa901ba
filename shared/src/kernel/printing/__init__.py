"""What printed papers of several services need."""
