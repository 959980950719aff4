"""Pages and books: runs as self-contained HTML files."""

from tegum.report.page import Chapter, Claim, Panel, book, page

__all__ = ["Chapter", "Claim", "Panel", "book", "page"]
