"""The map room: logs come in, and every department sees where its work meets the customer."""
