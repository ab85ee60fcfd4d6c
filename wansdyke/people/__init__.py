"""People and places: records as sources gave them, areas, and published counts."""
