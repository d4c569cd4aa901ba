"""Bills on paper: how often somebody came for each, and who approved which part of what was paid."""
