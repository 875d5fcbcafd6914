"""iCalendar (RFC 5545): calendar objects as other programs read them."""
