"""Identity: who is entitled, since when, according to whom.

Three departments feed it; everyone else sees a person's id and never a name or an ID number.
"""
