"""docs/permissions.md against the portal: what is there (`routes`), what is said (`table`), and how it is asked."""
