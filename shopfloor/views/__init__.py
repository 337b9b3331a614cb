"""Pages of the floor: the tablet (/shop/…) and the desk (/orders/…)."""
