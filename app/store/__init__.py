"""The only SQL: tables, statements and the connections that run them."""
