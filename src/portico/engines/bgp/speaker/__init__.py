"""The process that owns a BGP daemon: feeds it routes, keeps it alive, and outlives Portico."""
