"""How Django writes dates, by language; the reading pages have words of their own."""
