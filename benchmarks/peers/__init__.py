"""What the engine and the product's backends are compared with: the same problem given whole to general solvers."""
