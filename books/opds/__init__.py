"""The catalogue for reading apps: OPDS 2.0 (drafts.opds.io/opds-2.0), which builds on the Readium manifest."""
