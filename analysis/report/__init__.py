"""A run report laid out as page, text and tables. No number is computed here."""
