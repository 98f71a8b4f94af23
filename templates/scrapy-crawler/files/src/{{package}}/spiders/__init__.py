"""A module for each spider; each crawls the catalogue in its own way."""
