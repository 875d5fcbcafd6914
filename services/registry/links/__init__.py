"""Links: one project stands in the registers under several numbers, and a link joins what was entered twice."""
