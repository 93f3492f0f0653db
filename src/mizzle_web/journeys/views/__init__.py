"""Pages of the map room, one module for each noun."""
