"""Stand-ins for services outside: small servers that speak their APIs, errors and all."""
