"""The reading pages: thin views that ask the selectors and hand what they say to a template."""
