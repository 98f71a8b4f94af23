"""What workers do, a module for each queue."""
