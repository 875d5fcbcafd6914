"""Mail: what people are told, rendered in their language and sent at least once."""
