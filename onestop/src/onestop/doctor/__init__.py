"""The doctor: looks at the whole platform and says in plain words what is wrong with it and what to do."""
