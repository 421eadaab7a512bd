"""Covers drawn as files, for other sites and reading apps: pages draw theirs with CSS (templatetags/covers.py)."""
