"""Cases: what every desk shares, from opening a case to its last document."""
