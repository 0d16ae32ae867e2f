"""What people ask of the pipeline; every part they need is handed to them."""
