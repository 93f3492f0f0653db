"""Written times: how a column writes them, decided for the whole column, and read in its zone."""
