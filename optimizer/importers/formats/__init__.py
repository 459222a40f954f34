"""Drop-in folder: one file per format, registered by ``optimizer.importers.registry.format``."""
