"""The rules of work, in the standard library alone.

Flows, calendars, clocks, instruments and measures. Nothing here knows of a database, a request or
a desk, and nothing here reads the clock: every moment is passed in. Moments are timezone-aware;
those the kernel computes are returned in UTC, because Python compares and subtracts two London
times by the wall, not by the hours that passed.
"""
