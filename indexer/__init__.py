"""From folders to a searchable library."""
