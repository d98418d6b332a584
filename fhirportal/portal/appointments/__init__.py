"""The pages about visits: the list, one visit, and the visit as a calendar file."""
