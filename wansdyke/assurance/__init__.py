"""How well the force does: measures and samples, read of every desk through the directory."""
