"""Real servers behind database resources."""
