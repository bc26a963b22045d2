"""The `cratedig` command, one file per subcommand."""
