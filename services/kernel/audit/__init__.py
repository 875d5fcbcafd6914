"""The audit: who read, changed and took away whose data, what was denied and who was given which right."""
