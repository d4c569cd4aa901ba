"""Settlement: decides for each bill of a poor patient who pays which fen, and by which clause."""
