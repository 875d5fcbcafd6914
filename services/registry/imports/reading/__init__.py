"""The reader of lists: the bytes of a file become its lines, each of which is a row, ignored or rejected."""
