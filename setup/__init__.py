"""What the commands in the Makefile do: environment, assets, database server, checks."""
