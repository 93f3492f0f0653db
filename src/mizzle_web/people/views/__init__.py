"""Pages of the organisation, of its people, and of the door: one module for each noun."""
