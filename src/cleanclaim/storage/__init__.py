"""What cleanclaim keeps on this machine: its folder, caches, keys, and writing that survives a stop."""
