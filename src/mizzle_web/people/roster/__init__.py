"""Files of people: how they are read, what their columns mean, and what each row would change."""
