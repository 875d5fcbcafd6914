"""OpenAPI documents: made from the code, with examples, headers and problems."""
