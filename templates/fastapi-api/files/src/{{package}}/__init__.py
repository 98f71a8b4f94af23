"""An HTTP API for articles."""
