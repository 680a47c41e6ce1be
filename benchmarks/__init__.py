"""What the book's code costs, measured as ratios (see README.md)."""
