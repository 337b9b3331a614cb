"""Home, navigation, search, gallery."""
