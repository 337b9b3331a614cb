"""What tests stand on: made by the services that the plant uses, never by writing rows."""
