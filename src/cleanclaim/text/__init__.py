"""Text that people read: masking, escaping and templates."""
