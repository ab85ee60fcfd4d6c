"""How well the force does: measures, samples and audits of every desk in the directory."""
