"""What a notebook shows: explorers, network trainers, predictions, goals and quizzes."""
