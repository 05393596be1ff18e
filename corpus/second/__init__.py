"""The second set: claims written from the rules after the first set had been looked at."""
