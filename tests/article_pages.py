"""Pages of invented articles, with all that publishers put around a text."""

from __future__ import annotations

from html import escape

CLUTTER = (
    "Join our newsletter",
    "Sign up to get the news in your inbox every morning.",
    "Most read",
    "Ten walks for a wet Sunday",
    "Follow us on Facebook",
    "We use cookies to improve our pages.",
    "Accept all cookies",
    "All rights reserved",
    "Leave a comment",
    "Share this article",
    "Advertisement",
    "Read more: Why the ferry is late",
)


def article_page(title: str, *paragraphs: str, head: str = "", language: str = "en") -> str:
    """A page with a report of these paragraphs, and `head` among its head's elements."""
    text = "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in paragraphs)
    half = text.find("</p>") + 4
    return f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)} | The Example</title>
{head}<script>var tracked = "<p>Never a part of any report, however long it may be.</p>";</script>
</head><body>
<header><a href="/">The Example</a></header>
<nav><ul><li><a href="/world">World</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<div class="cookie-banner" role="dialog"><p>We use cookies to improve our pages.</p>
<button>Accept all cookies</button></div>
<aside><h3>Join our newsletter</h3>
<p>Sign up to get the news in your inbox every morning.</p></aside>
<main><article><h1>{escape(title)}</h1><time datetime="2026-03-01T08:30:00Z">1 March 2026</time>
<figure><img src="/bridge.jpg" alt=""><figcaption>The bridge on Monday</figcaption></figure>
{text[:half]}
<p>Advertisement</p><p><strong>Read more:</strong> <a href="/b">Why the ferry is late</a></p>
{text[half:]}
<p>Follow us on Facebook</p><div class="share"><p>Share this article</p></div></article></main>
<section><h3>Most read</h3><ul><li><a href="/c">Ten walks for a wet Sunday</a></li></ul></section>
<section class="comments"><h3>Leave a comment</h3><p>First! What a bridge that was.</p></section>
<footer><p>All rights reserved. Cookie policy.</p></footer>
</body></html>"""
