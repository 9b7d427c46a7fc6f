"""Backups of a home and their return: database, pictures, kept answers. Never asks a provider."""
