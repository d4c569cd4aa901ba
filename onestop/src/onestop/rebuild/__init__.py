"""A projection built anew beside the live one, while everything goes on, and put in its place in one step."""
