"""What stands between the engine and the sites, and between the engine and the spiders."""
