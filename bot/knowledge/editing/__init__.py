"""Editing what the council knows: drafts, review by a second person, versions, and files in and out."""
