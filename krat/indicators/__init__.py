"""Indicators: the figures that institutions owe for a period and a municipality, who has reported and who has not."""
