"""Text that people read: masked, escaped and put together."""
