"""Code lists: areas with validity and crosswalk, themes, target groups, kinds."""
