"""``python -m optcourse.mark FOLDER``: mark the notebooks of a class, see :mod:`optcourse.learning.mark`."""

from .learning.mark import main

if __name__ == "__main__":
    main()
