"""Who did what to what, when: append-only and chained by hashes; and what is to be sent, kept until it is."""
