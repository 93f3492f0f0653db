"""Every change of state of the organisation, its units and its members: one module for each noun."""
