"""The tests, a package: they share modules."""
