"""The first page of a chart: what is next, what needs the person, what is new."""
