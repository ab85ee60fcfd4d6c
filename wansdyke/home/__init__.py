"""The front door: my work, search, the person page, the API."""
