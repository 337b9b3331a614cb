"""What a real installation needs beside the code: the roles of the database, and health checks of its containers."""
