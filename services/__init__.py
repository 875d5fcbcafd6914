"""Vipu: the backend of Finland's national coordination projects."""
