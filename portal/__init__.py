"""The server-rendered web portal: templates and presenters, no domain logic."""
