"""The words that templates may use to speak our looks."""
