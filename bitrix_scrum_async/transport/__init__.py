"""One request to the portal and its answer."""
