"""Names that other rooms still import from here; each has a room of its own now."""

from .arithmetic import evaluate as evaluate
from .declaration import by_rows as by_rows
from .language import Node as Node
from .language import parse as parse
from .language import symbols as symbols
