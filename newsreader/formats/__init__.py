"""How Django writes dates at the curators' desk, by language; the reading pages have CLDR's."""
