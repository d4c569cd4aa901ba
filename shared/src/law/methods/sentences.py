"""Parts of sentences for the patient that several methods share, in plain Chinese."""

from kernel.values.money import yuan_from_fen


def yuan(fen: int | None) -> str:
    """A figure that the method always leaves in its trace, in 元."""
    assert fen is not None, "this method always notes the figure"
    return yuan_from_fen(fen)


def limit_left(name: str, cap_fen: int | None, used_fen: int | None) -> str:
    """How much of a limit of the year is used, and how much is left."""
    cap, used = cap_fen or 0, used_fen or 0
    left = yuan_from_fen(max(0, cap - used))
    return f"今年{name}的限额是 {yuan_from_fen(cap)} 元，已经用了 {yuan_from_fen(used)} 元，还剩 {left} 元。"
