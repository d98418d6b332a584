"""The one room that talks to a database or to Redis: what we keep ourselves since the hospital has no home for it."""
