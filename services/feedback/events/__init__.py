"""Events: a copy of the events of the events service, by which surveys are filtered, counted and titled."""
