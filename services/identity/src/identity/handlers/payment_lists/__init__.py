"""Payment lists from outside: taken in as files, looked at by a worker row by row."""
