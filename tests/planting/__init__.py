"""A made-up force's month of looking things up, and misuses planted in it.

Written apart from the detectors: nothing here imports them, or knows their thresholds.
"""
