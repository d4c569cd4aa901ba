"""Reactions: what settlement does on the messages of others, and on its own; one file a topic of Kafka."""
