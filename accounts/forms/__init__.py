"""The forms of the pages. What is right is decided by the services; these only say what a person types where."""
