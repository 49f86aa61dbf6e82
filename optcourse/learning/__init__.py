"""Exercises that name the mistake, predictions, slider tasks and quizzes."""
