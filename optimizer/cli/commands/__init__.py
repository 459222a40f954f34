"""Drop-in folder: one file per command of ``attriflux``, found by name; each registers itself on the application."""
