"""What fills the terminal: the browser, help, questions, the first run, the map, the review of tags."""
