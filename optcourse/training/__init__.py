"""Real data, small models, and mini-batch training of them."""
