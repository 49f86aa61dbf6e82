"""The course as web pages that need neither kernel nor server: ``python -m optcourse.site FOLDER``."""
