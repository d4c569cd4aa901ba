"""Tables, and the rows that each event leaves in them."""
