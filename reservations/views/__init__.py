"""The pages of lending for patrons, a file per feature."""
