"""What each number of `SearchPolicy` is worth: one at a time off, halved or doubled, against the default on the same instance."""
