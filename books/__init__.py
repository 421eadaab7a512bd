"""The catalogue. Where to look for what:

- titles, copies, people, genres, publishers, ISBNs: `models`, changed by `services/`, read by `queries`, `name_counts`
- what a list or a search may ask for: `wanted`, `filters` (API), `browsing` (pages); `beside`: what a book shares
- when two records, or two names, are one: `matching`; other contexts follow a merge of authors through `merges`
- catalogue files in, and taken back: `importing/`, whose docstring names the steps (docs/importing.md)
- catalogue files out: `exporting/`
- the search: `search/` has words, ranking and two stores; `search_documents` reads books for it (docs/search.md)
- cover pictures: `covers/` sent in or fetched, `drawn/` where there is none
- for machines: `api/`, `opds/`, `linked_data`, `sitemaps`; for librarians: `admin/`, `labels`, `management/`
- for authors: `readership`, how often they are read
- answers kept in Redis: `caches`, renewed by each service at once, and once more by `handlers`
"""
