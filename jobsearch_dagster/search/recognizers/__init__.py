"""What a question says, one family of slots per module: each reads the words that the earlier ones left."""
