"""The house rules of docs/architecture, as tests: they read the code and the models, never run the product."""
