"""What command and control sends by itself: rows over the API, and files in a watched folder."""
