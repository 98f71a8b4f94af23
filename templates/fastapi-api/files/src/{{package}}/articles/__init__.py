"""Articles: the domain of this service."""
