"""What the council knows: articles and facts, the national base with local overrides, and the search over them."""
