"""How well the force does: measures, samples and audits, read of every desk through the directory."""
