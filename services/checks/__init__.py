"""What a change must pass: the checks of `vipu gate`."""
