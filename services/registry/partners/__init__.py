"""Partners: machine clients and what they may."""
