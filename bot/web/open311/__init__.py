"""The Open311 GeoReport v2 server of each council, in XML and JSON: routes.py begins."""
