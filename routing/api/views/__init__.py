"""The API of routing: every write is one service call."""
