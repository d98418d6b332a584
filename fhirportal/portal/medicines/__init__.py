"""The pages about medicines: the list, also for printing, and one medicine with its history."""
