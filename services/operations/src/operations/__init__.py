"""Operations: is everything in time, and what do the numbers say? It decides about no bill and no person."""
