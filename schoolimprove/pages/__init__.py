"""The pages that nouns declare: lists with their exports, forms that do one verb, and things with their moves."""
