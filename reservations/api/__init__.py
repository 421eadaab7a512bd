"""Lending under /api/v1/, by feature."""
