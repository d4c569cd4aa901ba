"""What is asked of files for the bank over HTTP."""
