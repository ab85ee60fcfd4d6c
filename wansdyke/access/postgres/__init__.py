"""Django's own PostgreSQL, told before each statement for which agency it is asked."""
