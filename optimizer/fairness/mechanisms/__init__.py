"""One file per mechanism, dropped in: registered when imported, tested by what it claims."""
