"""A crawler for the books of a catalogue."""
