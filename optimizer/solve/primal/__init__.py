"""See `optimizer.solve`."""
