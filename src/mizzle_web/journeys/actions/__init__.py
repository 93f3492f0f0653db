"""Every change of state in the map room, one module for each noun."""
