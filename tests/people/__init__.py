"""Tests of people's reference data: areas and published counts."""
