"""The contracts: what services tell each other on their topics, and the envelope it travels in."""
