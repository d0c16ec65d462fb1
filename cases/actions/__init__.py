"""What is done in cases."""
