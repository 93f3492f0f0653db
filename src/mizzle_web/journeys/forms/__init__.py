"""The shape of what people type in the map room."""
