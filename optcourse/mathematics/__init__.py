"""The ground floor: methods, formulas, surfaces, runs and training; NumPy and SymPy only."""
