"""Pages of the journal, of what is sent, and of who is told."""
