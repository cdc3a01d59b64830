"""The session file: schema, writer, reader."""
