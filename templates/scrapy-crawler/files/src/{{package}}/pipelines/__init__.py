"""What an item goes through: validation, de-duplication, storage."""
