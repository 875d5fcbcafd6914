"""Events: their facts, their registration windows, and the counters of their seats."""
