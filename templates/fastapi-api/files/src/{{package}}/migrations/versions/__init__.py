"""One module for each step of the schema; Alembic loads them by path."""
