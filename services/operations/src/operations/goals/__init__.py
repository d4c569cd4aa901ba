"""Goals: the tree of indicators down to whoever answers for each (绩效考核)."""
