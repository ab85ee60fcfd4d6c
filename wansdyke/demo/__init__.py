"""A made-up force, composed of what each desk makes of it. Nobody in it is real."""
