"""What is known of all sessions of a home, and what was made of them: nothing that cannot be made again."""
