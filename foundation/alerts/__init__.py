"""What people must hear of: an inbox by role or person, acknowledged by name."""
