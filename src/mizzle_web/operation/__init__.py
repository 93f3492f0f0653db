"""What the operator looks after: backup, restore, health, versions, sample data."""
