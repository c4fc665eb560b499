"""What is published for machines, written: values in, bytes out; no Django, no database, no clock.

Atom (RFC 4287, RFC 5005), JSON Feed 1.1, OPML 2.0 and sitemaps (sitemaps.org).
"""
