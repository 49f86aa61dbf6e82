"""A class's notebooks, marked: ``python -m optcourse.mark FOLDER``."""
