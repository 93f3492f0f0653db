"""What holds the rooms together: settings, addresses, the entry of the server."""
