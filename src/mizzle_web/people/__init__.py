"""The organisation, its units, its members, what they may, and how they sign in."""
