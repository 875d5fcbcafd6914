"""Spellings: what organisation a written name means, as a coordination or an administrator has decided."""
