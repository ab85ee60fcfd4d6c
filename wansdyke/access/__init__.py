"""Who may see and do what: people, agencies, roots, and the one policy."""
