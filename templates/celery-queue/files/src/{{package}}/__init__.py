"""Invoices become documents, and customers are told, in the background."""
