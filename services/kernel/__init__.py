"""What all services share: no domain noun, no import of a service."""
