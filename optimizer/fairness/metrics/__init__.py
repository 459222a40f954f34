"""One file per metric, dropped in. Each computes from a `Study` and declares its unit, direction and source."""
