"""What moves in the page: programs, the stage, explorers and trainers."""
