"""Who is here: from a validated launch to one account, one session and one chart, and out again."""
