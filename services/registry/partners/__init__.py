"""Partners: machine clients and their rights."""
