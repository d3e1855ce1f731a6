"""When the council is open: opening hours, bank holidays and closures, and working days counted from them."""
