"""Clients that generators make from the OpenAPI document, and the calls that each of them makes."""
