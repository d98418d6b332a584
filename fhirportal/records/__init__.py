"""Use cases on the record: what is read in which order, decided and checked. No Flask, no pages, no URLs, no words."""
