"""The demonstration: five programmes as their sources tell them, the real register, and one invented year.

Everything goes in through the same routes that people use.
"""
