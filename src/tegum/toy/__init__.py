"""What is on paper, for one model: laws of x, models, losses."""
