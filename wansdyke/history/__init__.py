"""What happened: events, changes, the audit chain, and the one door for change."""
