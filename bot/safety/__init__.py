"""Urgent messages: recognised from their wording alone, answered with fixed, vetted words."""
