"""The second bank of docs/worked_example.md: its invented files as they would come, and the page held to them."""
