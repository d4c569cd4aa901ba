"""Running: a service's process, its jobs and its surroundings."""
