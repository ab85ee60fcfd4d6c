"""Tests of the whole product: sweeps, journeys, and what holds between the rooms."""
