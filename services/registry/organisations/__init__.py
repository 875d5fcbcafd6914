"""Organisations: who funds, implements, partners and adopts."""
