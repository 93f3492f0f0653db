"""The report: one file that shows how far every department is from the customer, on a phone, a screen or paper."""
