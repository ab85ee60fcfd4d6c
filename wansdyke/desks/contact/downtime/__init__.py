"""What the control room does while the system is down, and afterwards."""
