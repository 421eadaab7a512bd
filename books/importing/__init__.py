"""Catalogue files become books.

`sources` read a file of any kind into records; `jobs` works on it in slices; `importer` takes a batch in one
transaction: `matching` finds the book that a record means, `deciding` says what becomes of it, `storing` writes,
`keeping` remembers it, `indexing` tells others. `reverting` takes it all back.
"""
