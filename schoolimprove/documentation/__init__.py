"""What the documents repeat of the code, written between two marks of a page that is otherwise written by hand."""
