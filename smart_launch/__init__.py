"""SMART App Launch 2.2: the protocol alone. No Flask, no database, no pages; it knows only its own ports."""
