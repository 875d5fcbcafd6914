"""Files of lists: text with separators and workbooks, made by a process of their own."""
