"""A demonstration: a newswire of invented outlets with invented news, served on this machine.

Free of Django. The outlets are in `sources.toml`, the news in the files `news-*.toml`.
"""
