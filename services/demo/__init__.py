"""The demonstration: five programmes from their sources, the real register, and one invented year.

All of it is loaded through the same routes that people use.
"""
