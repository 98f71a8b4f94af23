"""Users: who may write, and how they prove it."""
