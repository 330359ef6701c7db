"""The layers beneath the contract: data, messaging, security, performance, operations."""
