"""Every query that a page needs: what is read, how much of it, in which order; no words, no HTML.

A page takes a fixed number of queries however much is stored, and every list is bounded.
"""

from articles.selectors.status import Status, status

__all__ = ["Status", "status"]
