"""The shape of what people type: one module for each noun."""
