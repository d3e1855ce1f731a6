"""Open311 GeoReport v2: what both sides of it share, and the client. The server is bot/web/open311."""
