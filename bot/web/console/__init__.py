"""The staff console: pages for advisers and supervisors, and their event stream."""
