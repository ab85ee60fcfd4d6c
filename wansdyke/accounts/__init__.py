"""Accounts: the pages and commands by which people sign in, and accounts, posts and settings change.

It stands above history because every such change goes through the one door.
"""
