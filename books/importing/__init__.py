"""Catalogue files become books: a profile maps a file's columns, cleaning mends cells, storing writes what is new.

reading → profiles (with cleaning) → storing → reporting; `importer` puts them together.
"""
