"""Background work as a row: progress, cancel, result, and an error in plain words; it survives a restart."""
