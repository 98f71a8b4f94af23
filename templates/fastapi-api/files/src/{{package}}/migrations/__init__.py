"""The history of the database schema, by Alembic."""
