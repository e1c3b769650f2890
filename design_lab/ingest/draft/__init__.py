"""A first mapping drafted from a client's files: what each of them seems to be, and what is left to settle."""
