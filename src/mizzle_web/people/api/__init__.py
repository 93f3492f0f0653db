"""The organisation, its units and its people, for programs: one module for each noun."""
