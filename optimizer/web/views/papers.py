"""PV et courriers: the papers of a session, made when they are opened; every opening is logged."""
