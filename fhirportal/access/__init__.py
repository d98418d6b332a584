"""Who may see and do what: one room, shared by every door. Pure: no network, no database, no Flask."""
