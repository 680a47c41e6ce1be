"""What the book's code costs (see README.md)."""
