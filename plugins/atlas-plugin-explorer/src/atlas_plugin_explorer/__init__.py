"""The map page: pages of points, the front end and its loopback server."""
