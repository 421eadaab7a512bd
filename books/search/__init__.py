"""Finding books: one analysis and one ranking over two stores. See docs/search.md."""
