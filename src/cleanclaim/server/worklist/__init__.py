"""The worklist: findings of batches, and what people do about them."""
