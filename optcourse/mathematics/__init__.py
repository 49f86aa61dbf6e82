"""The ground floor: the language, methods, surfaces, runs and training; NumPy only, and scikit-learn for data."""
