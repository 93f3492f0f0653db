"""Journeys and their figures, for programs: one module for each noun."""
