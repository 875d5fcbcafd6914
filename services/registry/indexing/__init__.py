"""Keeping the documents of search current where no request does it: a new dictionary, new rules, rows of before."""
