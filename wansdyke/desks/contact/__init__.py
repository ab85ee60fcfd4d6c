"""The control room: calls, their grades, and the officers sent to them."""
