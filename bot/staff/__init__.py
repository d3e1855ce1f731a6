"""Accounts, roles and permissions, sign-in, audit, and the switches that turn features off."""
