"""The pages of accounts, a file per feature."""
