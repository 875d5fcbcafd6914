"""Tokens: machine clients and the services of Vipu get them here, and the keys here verify them."""
