"""Everything that speaks HTTP: the public API, the residents' pages, and the engine's internal actions endpoint."""
