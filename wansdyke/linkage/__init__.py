"""Who is who: live look-up of people and places."""
