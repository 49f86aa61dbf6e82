"""The language of formulas: what is declared or typed becomes a tree that is read, evaluated, differentiated and written."""
