"""From event logs: how far every department is from the customer, and where a case waits."""
