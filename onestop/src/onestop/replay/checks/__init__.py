"""What is checked of events on the way: each check sees every event of its service once, in the log's order."""
