"""What cleanclaim keeps on this machine: its folder, caches, keys, and crash-safe writing."""
