"""Parts of the script that makes the demonstration city; see ``make_spring_city.py``."""
