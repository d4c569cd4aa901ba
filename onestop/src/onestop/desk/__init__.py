"""Operations' desk: what operations asks of the whole platform, over HTTP (docs/decisions/0068)."""
