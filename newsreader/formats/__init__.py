"""How Django writes dates, by language at the curators' desk; the reading pages have CLDR's."""
