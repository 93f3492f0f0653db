"""What columns mean: the mapping, its guess, and raw events made with it."""
