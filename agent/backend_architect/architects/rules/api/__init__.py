"""The contract: endpoints and their errors."""
