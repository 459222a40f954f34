"""One file per screen: read the store's records, call one command, say what it answered."""
