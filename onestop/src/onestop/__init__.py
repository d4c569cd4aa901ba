"""OneStop as one program: the command line, the embedded run, replay and the demonstration."""
