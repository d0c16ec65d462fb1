"""The identity guard: texts of the committee carry no personal data of private persons (decision 15)."""
