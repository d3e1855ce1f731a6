"""Rounds, collection days and disruptions, calendars, and other providers of bin days."""
