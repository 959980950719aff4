"""Pages and books: runs as self-contained HTML files."""

from tegum.report.book import Chapter, book
from tegum.report.page import page

__all__ = ["Chapter", "book", "page"]
