"""Pages and books: runs as self-contained HTML files."""

from tegum.report.page import Chapter, book, page

__all__ = ["Chapter", "book", "page"]
