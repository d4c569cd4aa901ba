"""After a disaster: a restored database adopted, what it lacks kept for an operator, lost topics filled again."""
