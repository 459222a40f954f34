"""What the product's backends are compared with: the same problem given whole to a general solver."""
