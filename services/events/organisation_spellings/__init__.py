"""Organisation spellings: what people of a coordination project wrote that is joined to no organisation yet."""
