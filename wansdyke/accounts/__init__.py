"""Accounts: how people sign in, and how accounts, posts and force settings change.

It stands above history because every such change goes through the one door.
"""
