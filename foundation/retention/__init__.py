"""How long records are kept, what a legal hold protects, and archives that verify without the product."""
